using System.ComponentModel;
using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Endpoints;
using Bookmine.SyncServer.Reports;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bookmine.SyncServer.Api;

/// <summary>Some of a list.</summary>
/// <param name="Next">What to give as <c>after</c> for what comes then; in a list that grows it is always there.</param>
/// <param name="More">Whether there is more at this moment.</param>
public sealed record ApiList<T>(IReadOnlyList<T> Items, string? Next, bool More);

/// <summary>The API for programs, version 1, which only ever grows.</summary>
internal static class ApiV1
{
    private const int Usual = 200;
    private const int Most = 1_000;
    private const int MostWait = 50;

    public static void MapApi(this WebApplication app)
    {
        var api = app.MapGroup("/api/v1").WithTags("v1").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapGet("/transactions", TransactionsAsync).RequireAuthorization("sales:read").ProducesProblem(StatusCodes.Status410Gone)
            .WithSummary("Posted transactions in the order of posting").WithDescription(
                "Skips none, also where sales are posted for days after they were made. 410 after the records were put back: pull again, and upsert by id.");
        api.MapGet("/transactions/{number}", TransactionAsync).RequireAuthorization("sales:read").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One transaction, by TransID, D-number or reference");
        api.MapGet("/stock", StockAsync).RequireAuthorization("stock:read").ProducesProblem(StatusCodes.Status410Gone)
            .WithSummary("Stock records, and from then on their changes");
        api.MapGet("/on_hand", OnHandAsync).RequireAuthorization("stock:read").ProducesProblem(StatusCodes.Status410Gone)
            .WithSummary("Prices and counts by branch, and from then on their changes");
        api.MapGet("/contacts", ContactsAsync).RequireAuthorization("contacts:read").ProducesProblem(StatusCodes.Status410Gone)
            .WithSummary("Contacts, and from then on their changes");
        api.MapGet("/branches", BranchesAsync).RequireAuthorization("sales:read").WithSummary("The shop's branches");
        api.MapTills();
        api.MapDays();
        api.MapRecords();
        api.MapAttention();
        api.MapImports();
    }

    private sealed record Asked(IServerDatabase Database, RequestGate Gate, CommitNews News, TimeProvider Clock, HttpContext Context,
        ServerOrchestrator? Feed = null);

    private static Task<Results<Ok<ApiList<TransactionView>>, ProblemHttpResult>> TransactionsAsync(
        HttpContext context, IServerDatabase database, RequestGate gate, CommitNews news, TimeProvider clock,
        [Description("What an answer's next said")] string? after = null, [Description("How many at most, up to 1000")] int limit = Usual,
        [Description("Seconds to wait for news where there is nothing, up to 50")] int wait = 0) =>
        ListAsync("transactions", new Asked(database, gate, news, clock, context), after, limit, wait, PostedFeed.Read);

    private static Task<Results<Ok<ApiList<StockItem>>, ProblemHttpResult>> StockAsync(
        HttpContext context, IServerDatabase database, RequestGate gate, CommitNews news, TimeProvider clock, ServerOrchestrator feed,
        string? after = null, int limit = Usual, int wait = 0) =>
        ListAsync("stock", new Asked(database, gate, news, clock, context, feed), after, limit, wait,
            (session, _, place, most) => RecordFeed.Stock(session, place, most));

    private static Task<Results<Ok<ApiList<OnHandItem>>, ProblemHttpResult>> OnHandAsync(
        HttpContext context, IServerDatabase database, RequestGate gate, CommitNews news, TimeProvider clock, ServerOrchestrator feed,
        string? after = null, int limit = Usual, int wait = 0) =>
        ListAsync("on_hand", new Asked(database, gate, news, clock, context, feed), after, limit, wait, RecordFeed.OnHand);

    private static Task<Results<Ok<ApiList<ContactItem>>, ProblemHttpResult>> ContactsAsync(
        HttpContext context, IServerDatabase database, RequestGate gate, CommitNews news, TimeProvider clock, ServerOrchestrator feed,
        string? after = null, int limit = Usual, int wait = 0) =>
        ListAsync("contacts", new Asked(database, gate, news, clock, context, feed), after, limit, wait,
            (session, _, place, most) => RecordFeed.Contacts(session, place, most));

    /// <summary>A slice of a list that grows; where there is nothing, waits for news as long as is asked.</summary>
    private static async Task<Results<Ok<ApiList<T>>, ProblemHttpResult>> ListAsync<T>(
        string list, Asked asked, string? after, int limit, int wait, Func<Session, Rights, Place?, int, After<T>> read)
    {
        if (limit is < 1 or > Most || wait is < 0 or > MostWait)
        {
            return TypedResults.Problem($"limit is 1 to {Most}, and wait is 0 to {MostWait} seconds.", statusCode: StatusCodes.Status400BadRequest);
        }
        var (place, rights) = (Cursor.Read(list, after), ApiKeyAuthentication.RightsOf(asked.Context));
        var cancel = asked.Context.RequestAborted;
        Task<After<T>> Look() => asked.Gate.Pages.RunAsync(
            () =>
            {
                asked.Feed?.CatchUp();
                return asked.Database.Reading(session => read(session, rights, place, limit));
            },
            cancel);
        try
        {
            var until = asked.Clock.GetTimestamp();
            while (true)
            {
                var news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                using var _ = wait > 0 ? asked.News.Subscribe(() => news.TrySetResult()) : null;
                var found = await Look();
                var left = TimeSpan.FromSeconds(wait) - asked.Clock.GetElapsedTime(until);
                if (found.Items.Count > 0 || found.HasMore || left <= TimeSpan.Zero)
                {
                    return TypedResults.Ok(new ApiList<T>(found.Items, Cursor.Write(list, found.Next), found.HasMore));
                }
                await Task.WhenAny(news.Task, Task.Delay(left, asked.Clock, cancel));
                cancel.ThrowIfCancellationRequested();
            }
        }
        catch (OtherEpochException e)
        {
            return TypedResults.Problem(e.Message, statusCode: StatusCodes.Status410Gone);
        }
    }

    private static Task<Results<Ok<TransactionView>, ProblemHttpResult>> TransactionAsync(
        string number, HttpContext context, IServerDatabase database, RequestGate gate) =>
        gate.Pages.RunAsync<Results<Ok<TransactionView>, ProblemHttpResult>>(
            () => database.Reading(session => Transactions.Find(session, number)) is { } found && ApiKeyAuthentication.RightsOf(context).Has(found.Branch)
                ? TypedResults.Ok(found)
                : TypedResults.Problem($"No posted transaction has the number {number}.", statusCode: StatusCodes.Status404NotFound),
            context.RequestAborted);

    private static Task<Ok<ApiList<BranchItem>>> BranchesAsync(HttpContext context, IServerDatabase database, RequestGate gate) => WholeAsync(
        context, gate, rights => database.Reading(session => Branches.All(session).Where(b => rights.Has(b.Id))
            .Select(b => new BranchItem(b.Id, b.Name, b.TimeZone, b.TaxRate, b.Currency)).ToList()));

    /// <summary>A list that is given whole.</summary>
    internal static async Task<Ok<ApiList<T>>> WholeAsync<T>(HttpContext context, RequestGate gate, Func<Rights, IReadOnlyList<T>> read) =>
        TypedResults.Ok(new ApiList<T>(
            await gate.Pages.RunAsync(() => read(ApiKeyAuthentication.RightsOf(context)), context.RequestAborted), null, More: false));
}

/// <summary>A branch as programs are told of it.</summary>
/// <param name="TaxRate">Per cent, contained in prices.</param>
public sealed record BranchItem(long Branch, string Name, string TimeZone, decimal TaxRate, string Currency);
