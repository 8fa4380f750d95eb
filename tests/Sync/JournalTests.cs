using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Files;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Bookmine.Tests.Sync;

/// <summary>The journal: sealed whole, chained, never rewritten.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("bookmine-journal-").FullName;
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 2, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_number_that_somebody_else_has_used_under_this_name_damages_nothing_and_is_told()
    {
        using var journal = Open();
        var forged = Enumerable.Range(1, 2).Select(n =>
        {
            var (id, payload) = (Guid.NewGuid(), "forged"u8.ToArray());
            var hash = JournalEntry.HashOf(n, id, "sale", 1, 5, payload);
            return new PushedEntry(n, id, "sale", 1, 5, hash, payload, new EntryResult(n, EntryState.Posted, 600_000 + n, 5, [], null));
        }).ToList();

        journal.Refill(forged, _ => (100_007, 1));

        Assert.Equal(1, journal.NumberedTwice);
        Assert.Equal(1, journal.ByNumber(100_007)!.N);
        Assert.Equal((2, null), JournalVerification.Verify(journal));
        Assert.Equal(600_002, journal.HighestNumbered!.Result!.Number);
        journal.AddBlock(new NumberBlock(200_001, 200_100, null));
        Seal(journal, "goes on");
        Assert.Equal(3, journal.LastN);
    }

    [Fact]
    public void Entries_are_numbered_without_gaps_and_chained()
    {
        using var journal = Open();
        for (var i = 0; i < 5; i++)
        {
            Seal(journal, $"payload {i}");
        }
        Assert.Equal([1, 2, 3, 4, 5], journal.After(0, 10).Select(e => e.N));
        Assert.Equal((5, null), JournalVerification.Verify(journal));
    }

    [Fact]
    public void A_composer_that_throws_leaves_nothing_and_takes_no_number()
    {
        using var journal = Open();
        Assert.Throws<InvalidOperationException>(() => journal.Seal(scope =>
        {
            scope.TakeNumber();
            throw new InvalidOperationException();
        }));
        Assert.Equal((0, 10), (journal.LastN, journal.NumbersLeft));
    }

    [Fact]
    public void An_entry_changed_afterwards_is_named_by_verify()
    {
        using (var journal = Open())
        {
            Seal(journal, "one");
            Seal(journal, "two");
            Seal(journal, "three");
        }
        using (var session = new Session(SqliteFiles.Open(Path.Combine(folder, "journal.db"))))
        {
            session.Execute("UPDATE entry SET payload = @payload WHERE n = 2", Encoding.UTF8.GetBytes("zwei"));
        }
        using var again = Open();
        Assert.Equal((1, "entry 2 was changed after it was sealed"), JournalVerification.Verify(again));
    }

    /// <summary>At every commit's end and beside it, and at bytes in between; at every byte when BOOKMINE_EVERY_BYTE is set, which takes minutes.</summary>
    [Fact]
    public void Of_a_WAL_that_was_cut_every_entry_committed_before_the_cut_is_there_and_verify_names_the_first_that_is_not()
    {
        const int sealedEntries = 4;
        const int stride = 331;
        var wal = Path.Combine(folder, "journal.db-wal");
        var ends = new List<long>();
        var journal = Open();
        for (var i = 0; i < sealedEntries; i++)
        {
            Seal(journal, $"payload {i}");
            ends.Add(new FileInfo(wal).Length);
        }
        var files = Directory.GetFiles(folder).Where(f => !f.EndsWith("-shm", StringComparison.Ordinal)).ToDictionary(f => Path.GetFileName(f), ReadShared);
        journal.Dispose();
        var every = Environment.GetEnvironmentVariable("BOOKMINE_EVERY_BYTE") is not null;
        var cuts = Enumerable.Range(0, (int)ends[^1] + 1).Where(c => every || c % stride == 0 || ends.Exists(e => Math.Abs(e - c) <= 2)).ToList();
        foreach (var cut in cuts)
        {
            var copy = Directory.CreateDirectory(Path.Combine(folder, "cut")).FullName;
            foreach (var (name, bytes) in files)
            {
                File.WriteAllBytes(Path.Combine(copy, name), name.EndsWith("-wal", StringComparison.Ordinal) ? bytes[..cut] : bytes);
            }
            var whole = ends.Count(e => e <= cut);
            using (var again = ClientJournal.Open(Disk.Files, copy, 1, clock, new EntityIds(clock)))
            {
                Assert.Equal(whole, again.LastN);
                var (sound, fault) = JournalVerification.Verify(again);
                Assert.Equal(whole, sound);
                Assert.Equal(whole < sealedEntries, fault is not null);
                Assert.True(fault is null || fault.StartsWith($"entry {whole + 1} is missing", StringComparison.Ordinal), fault);
                Assert.Equal(whole < sealedEntries, again.IsSuspect);
            }
            Directory.Delete(copy, recursive: true);
        }
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    [Fact]
    public void A_journal_of_another_till_is_refused_and_named()
    {
        Open().Dispose();
        var fault = Assert.Throws<JournalException>(() => ClientJournal.Open(Disk.Files, folder, 2, clock, new EntityIds(clock)));
        Assert.Contains("journal of till 1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void When_all_numbers_are_used_up_nothing_is_sealed_and_the_remedy_is_told()
    {
        using var journal = Open();
        for (var i = 0; i < 10; i++)
        {
            Seal(journal, "x");
        }
        Assert.Throws<OutOfNumbersException>(() => Seal(journal, "x"));
        Assert.Equal(10, journal.LastN);
    }

    [Fact]
    public void A_payload_over_the_limit_is_refused_when_it_is_sealed()
    {
        using var journal = Open();
        Assert.Throws<JournalException>(() => Seal(journal, new string('x', JournalEntry.MostPayloadBytes + 1)));
        Assert.Equal(0, journal.LastN);
    }

    [Fact]
    public void An_answer_is_noted_once_and_changes_nothing_that_was_sealed()
    {
        using var journal = Open();
        var entry = Seal(journal, "one");
        journal.Acknowledge([new EntryResult(1, EntryState.Posted, 500, 7, [], null)], 1);
        journal.Acknowledge([new EntryResult(1, EntryState.Posted, 999, 8, [], null)], 1);
        var read = journal.ByN(1)!;
        Assert.Equal((500L, 1L), (read.Result!.Number, journal.Acknowledged));
        Assert.Equal(entry.Chain, read.Chain);
    }

    [Fact]
    public void A_push_reads_back_as_it_was_written_and_bytes_that_are_none_are_refused() => Gen.Byte.Array[0, 300].Array[0, 5].Sample(payloads =>
    {
        JournalEntry[] entries = [.. payloads.Select((p, i) => new JournalEntry(
            i + 1, Guid.NewGuid(), "sale", 1, null, 0, p, JournalEntry.HashOf(i + 1, Guid.Empty, "sale", 1, 5, p), JournalEntry.NoChain, 5))];
        var bytes = PushEnvelope.Write(Guid.NewGuid(), entries);
        var (_, read) = PushEnvelope.Read(bytes);
        for (var cut = 0; cut < bytes.Length; cut += 7)
        {
            Assert.Throws<WireFormatException>(() => PushEnvelope.Read(bytes.AsSpan(0, cut)));
        }
        return read.Zip(entries).All(p => p.First.Payload.AsSpan().SequenceEqual(p.Second.Payload) && p.First.Id == p.Second.Id);
    });

    [Fact]
    public void The_payload_format_1_is_read_for_ever()
    {
        const string released = """
            {"kind":"contact","by":"07","at":1762000000000,"rows":[{"table":"contact","op":"insert","values":
            {"id":"01930000-0000-7000-8000-000000000009","kind":"customer","name":"Zoë O'Brien 📚","email":null}},
            {"table":"stock","op":"update","values":{"id":"01930000-0000-7000-8000-00000000000a","title":"New"},"old":{"id":"01930000-0000-7000-8000-00000000000a","title":"Old"}}]}
            """;
        var group = ChangeGroupJson.Read(BookmineSetup.Instance, Guid.Empty, 1, Encoding.UTF8.GetBytes(released));
        Assert.Equal(("contact", "07", 1_762_000_000_000), (group.Kind, group.Author, group.MadeAt));
        Assert.Equal("Zoë O'Brien 📚", group.Changes[0].Values.Text("name"));
        Assert.Equal((ChangeOp.Update, "Old"), (group.Changes[1].Op, group.Changes[1].Old!.Text("title")));
    }

    [Fact]
    public void A_payload_reads_back_as_it_was_written() => Gen.Select(Gen.Guid, Gen.String[Gen.Char['\u0001', '\ud7ff'], 0, 30], Gen.Long, Gen.Bool).Sample((id, text, cents, known) =>
    {
        var row = new Row(BookmineSetup.Payment) { ["id"] = id, ["document_id"] = id, ["branch"] = 1L, ["method"] = text, ["amount_cents"] = cents, ["paid_at"] = known ? cents : null };
        var group = new ChangeGroup(id, "sale", text, cents, [new RowChange(ChangeOp.Insert, row)]);
        var read = ChangeGroupJson.Read(BookmineSetup.Instance, id, ChangeGroupJson.Format, ChangeGroupJson.Write(group));
        return (read.Kind, read.Author, read.MadeAt) == (group.Kind, group.Author, group.MadeAt)
            && Enumerable.Range(0, BookmineSetup.Payment.Columns.Count).All(i => Equals(read.Changes[0].Values[i], row[i]) && read.Changes[0].Values.Has(i) == row.Has(i));
    });

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"kind":"sale"}""")]
    [InlineData("""{"kind":"sale","by":null,"at":1,"rows":[{"table":"till","op":"insert","values":{}}]}""")]
    [InlineData("""{"kind":"sale","by":null,"at":1,"rows":[{"table":"contact","op":"insert","values":{"name":"x"}}]}""")]
    [InlineData("""{"kind":"sale","by":null,"at":1,"rows":[{"table":"contact","op":"drop","values":{"id":"01930000-0000-7000-8000-000000000009"}}]}""")]
    [InlineData("""{"kind":"sale","by":null,"at":1,"rows":[{"table":"contact","op":"insert","values":{"id":"01930000-0000-7000-8000-000000000009","name":5}}]}""")]
    [InlineData("""{"kind":"sale","by":null,"at":"x","rows":[]}""")]
    public void A_payload_that_is_no_group_of_changes_is_refused(string payload) => Assert.Throws<MalformedEntryException>(
        () => ChangeGroupJson.Read(BookmineSetup.Instance, Guid.Empty, 1, Encoding.UTF8.GetBytes(payload)));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static JournalEntry Seal(ClientJournal journal, string payload) =>
        journal.Seal(scope => new SealContent("test", 1, Encoding.UTF8.GetBytes(payload), scope.TakeNumber(), 100));

    private ClientJournal Open()
    {
        var journal = ClientJournal.Open(Disk.Files, folder, 1, clock, new EntityIds(clock));
        journal.AddBlock(new NumberBlock(1, 10));
        return journal;
    }
}
