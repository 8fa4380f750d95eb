using System.Security.Cryptography;
using System.Text;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Tests.Support;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Bookmine.Tests.Sync;

/// <summary>How a till's file keeps the content of entries.</summary>
public sealed class EntryPackingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("bookmine-packing-").FullName;
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Any_content_reads_back_as_it_was_sealed() => Gen.Byte.Array[0, 3000].Sample(
        content => EntryVocabulary.Packing.Unpack(EntryVocabulary.Packing.Pack(content)).AsSpan().SequenceEqual(content));

    [Fact]
    public void Content_that_looks_packed_reads_back_too()
    {
        byte[] content = [0xB0, 0x0C, 0x4D, 0x02, 7];
        Assert.Equal(content, EntryVocabulary.Packing.Unpack(EntryVocabulary.Packing.Pack(content)));
    }

    /// <summary>Written by the program that first packed entries: every later one must read it.</summary>
    [Fact]
    public void What_the_first_program_packed_is_read_for_ever()
    {
        const string packed = "sAxNAsPRJlJyzMsjssQkv1GUZGlkqGueZJ5mbmZsaGCZZoyvlRSVf3i1gu/hPTk5YFFoiwnWFgIA";
        var content = EntryVocabulary.Packing.Unpack(Convert.FromBase64String(packed));
        Assert.Equal(
            """{"kind":"contact","by":"Ann","at":1795608006151,"rows":[{"table":"contact","op":"insert","values":{"id":"01a21293-ce07-7000-b921-7b7f763109f3","kind":"customer","name":"Zoë Müller","email":null}}]}""",
            Encoding.UTF8.GetString(content));
    }

    [Fact]
    public void Of_content_that_the_disk_has_changed_as_much_is_read_as_can_be_and_never_more_than_an_entry_may_have()
    {
        var random = new Random(1);
        var content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(i => $$"""{"table":"document_line","id":"{{i * 7919}}"},""")));
        var packed = EntryVocabulary.Packing.Pack(content);
        for (var i = 0; i < 2000; i++)
        {
            var damaged = packed.ToArray();
            damaged[random.Next(4, damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.InRange(EntryVocabulary.Packing.Unpack(damaged).Length, 0, JournalEntry.MostPayloadBytes + 4096);
            _ = EntryVocabulary.Packing.Unpack(packed[..random.Next(packed.Length)]);
        }
    }

    [Fact]
    public void A_journal_goes_on_in_the_new_form_and_one_of_a_later_program_is_left_alone()
    {
        var content = Encoding.UTF8.GetBytes(new string('x', 500));
        byte[] Seal(EntryPacking? packing)
        {
            using var journal = Open(packing);
            return journal.Seal(_ => new SealContent("test", 1, content, null, 0)).Hash;
        }
        byte[][] hashes = [Seal(null), Seal(EntryVocabulary.Packing)];
        using (var journal = Open(EntryVocabulary.Packing))
        {
            var entries = journal.After(0, 10);
            Assert.Equal(hashes, entries.Select(e => e.Hash));
            Assert.All(entries, e => Assert.Equal(content, e.Payload));
        }
        using (var session = new Session(Disk.Files.OpenDatabase(ClientJournal.FileIn(folder))))
        {
            Assert.Equal([500L, 100L], [session.Integer("SELECT length(payload) FROM entry WHERE n = 1")!.Value, Math.Max(100, session.Integer("SELECT length(payload) FROM entry WHERE n = 2")!.Value)]);
            session.Execute("UPDATE meta SET value = 99 WHERE name = 'form'");
        }
        Assert.Contains("later version", Assert.Throws<JournalException>(() => Open(EntryVocabulary.Packing)).Message, StringComparison.Ordinal);
    }

    private ClientJournal Open(EntryPacking? packing) => ClientJournal.Open(Disk.Files, folder, 1, clock, new EntityIds(clock), packing);
}
