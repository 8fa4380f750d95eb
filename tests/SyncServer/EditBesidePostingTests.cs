using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Rules;
using Bookmine.SyncServer.Tills;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>What is changed on the server while a till's correction of the same row is being posted.</summary>
public abstract class EditBesidePostingTests(Engine engine) : ServerSuite(engine)
{
    private static readonly Guid Stock = Guid.Parse("01930000-0000-7000-8000-00000000000a");

    [Fact]
    public async Task An_edit_that_commits_while_a_correction_is_judged_is_not_overwritten()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var register = new TillRegister(shop.Database, shop.Clock);
        var client = register.RecordOf(register.Find(1)!);
        var edit = Task.CompletedTask;
        // Between the reading of the facts and the writing: the edit may commit here, or has to wait for the posting.
        var beside = new Beside(() =>
        {
            edit = Task.Run(() => shop.Write("UPDATE stock SET title = 'Edited by the manager' WHERE id = @id", Stock));
            edit.Wait(TimeSpan.FromSeconds(1));
        });
        var orchestrator = new ServerOrchestrator(
            BookmineSetup.Instance, shop.Database, new ShopPosting(new InterceptorChain<PostingFacts>(new UploadRules(), beside), shop.Clock), null!, shop.Clock, new EntityIds(shop.Clock));
        orchestrator.Push(client, Guid.NewGuid(), [Entry(1, ChangeOp.Insert, "As the till made it", null)]);

        var answer = Assert.Single(orchestrator.Push(client, Guid.NewGuid(), [Entry(2, ChangeOp.Amend, "As the till corrected it", "As the till made it")]).Results);
        await edit;

        Assert.Equal(EntryState.Posted, answer.State);
        Assert.Equal("Edited by the manager", shop.Text("SELECT title FROM stock WHERE id = @id", Stock));
    }

    private static PushedEntry Entry(long n, ChangeOp op, string title, string? old)
    {
        var values = new Row(BookmineSetup.Stock) { ["id"] = Stock, ["title"] = title };
        if (op == ChangeOp.Insert)
        {
            values["code"] = "2000000000001";
        }
        var seen = old is null ? null : new Row(BookmineSetup.Stock) { ["id"] = Stock, ["title"] = old };
        var payload = ChangeGroupJson.Write(new ChangeGroup(Stock, EntryKinds.Stock, "ada", 0, [new RowChange(op, values, seen)]));
        return new PushedEntry(n, Stock, EntryKinds.Stock, 1, 0, JournalEntry.HashOf(n, Stock, EntryKinds.Stock, 1, 0, payload), payload);
    }

    private sealed class Beside(Action happens) : IUploadInterceptor<PostingFacts>
    {
        public Ruling OnApplying(ChangeGroup group, PostingFacts facts)
        {
            if (group.Changes.Any(c => c.Op == ChangeOp.Amend))
            {
                happens();
            }
            return new Ruling(group.Changes, []);
        }
    }
}
