using System.Globalization;
using System.Text.RegularExpressions;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Sync;

/// <summary>What an engine gives back is what it was given, so that canonical rows and their order are the same on each.</summary>
public abstract class StoredRowTests(Engine engine) : ServerSuite(engine)
{
    private static readonly SyncTable Table = new TableBuilder(77, "sample")
        .Guid(1, "id").Text(3, "name", nullable: true).Integer(2, "count", nullable: true).Guid(4, "other", nullable: true)
        .Key("id").InBucket("shared").Build();

    /// <summary>Of every plane, and what engines like to fold, trim, pad or normalise.</summary>
    private static readonly string[] Texts =
    [
        "", " ", "trailing spaces   ", "\t\r\n", "a\u0001b\u007f", "É", "E\u0301", "ß", "ss", "ﬁ", "İstanbul", "ٱلْعَرَبِيَّة", "\u200b\u200f\ufeff", "\u2028", "\ufffd\uffff",
        "\U0001F4DA\U0001F469\u200D\U0001F680", "'; DROP TABLE sample; --", "%_\\\"", "@name $1 :x ?", new string('x', 5_000),
        .. Enumerable.Range(0, 17).Select(plane => char.ConvertFromUtf32((plane * 0x10000) + 0x2345)),
        .. Enumerable.Range(1, 16).Select(plane => char.ConvertFromUtf32((plane * 0x10000) + 0xfffe)),
    ];

    private static readonly long[] Numbers = [0, 1, -1, long.MinValue, long.MaxValue, int.MaxValue + 1L, -62_135_596_800_000, 253_402_300_799_999];

    [Fact]
    public async Task The_golden_rows_have_the_golden_bytes_after_they_were_stored()
    {
        await using var shop = await OpenShopAsync();
        var golden = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Golden", "canonical-rows.txt")).Where(l => !l.StartsWith('#')).Select(l => l.Split('|')).ToList();
        var rows = golden.Select(parts => new Row(Table)
        {
            ["id"] = Guid.Parse(parts[0]), ["count"] = parts[1].Length == 0 ? null : long.Parse(parts[1], CultureInfo.InvariantCulture),
            ["name"] = parts[2] == "null" ? null : Regex.Unescape(parts[2]),
        });
        foreach (var (row, parts) in Stored(shop, rows).Zip(golden))
        {
            Assert.Equal(parts[3], Convert.ToHexStringLower(CanonicalRow.Write(row)));
        }
    }

    [Fact]
    public async Task Every_text_and_number_comes_back_as_it_was_and_keys_in_the_order_of_their_bytes()
    {
        await using var shop = await OpenShopAsync();
        var random = new Random(5);
        var rows = Texts.SelectMany(text => Numbers.Select(number => new Row(Table)
        {
            ["id"] = NewGuid(random), ["name"] = text, ["count"] = number, ["other"] = NewGuid(random),
        })).ToList();

        var stored = Stored(shop, rows);

        Assert.Equal(rows.Select(CanonicalRow.Write), stored.Select(CanonicalRow.Write));
        var inOrder = shop.Database.Reading(s => TableSql.InOrder(s, Table, null, 10_000)).ConvertAll(r => r.Guid("id"));
        Assert.Equal(rows.Select(r => r.Guid("id")).OrderBy(g => Convert.ToHexString(g.ToByteArray(bigEndian: true)), StringComparer.Ordinal), inOrder);
        Assert.Equal(
            inOrder.Skip(101).Take(50), shop.Database.Reading(s => TableSql.InOrder(s, Table, new RowKey(inOrder[100]), 50)).Select(r => r.Guid("id")));
    }

    [Fact]
    public async Task Rows_with_such_texts_reach_a_till_as_they_are()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Database.Writing(session =>
        {
            foreach (var text in Texts)
            {
                session.Execute("INSERT INTO stock (id, code, title, authors, year) VALUES (@id, @code, @title, @authors, @year)", Guid.NewGuid(), text, text, text, Numbers[text.Length % 8]);
            }
            return true;
        });
        await shop.ResyncAsync("front");
        Replicas.AssertEqual(shop, "front");
    }

    private List<Row> Stored(Shop shop, IEnumerable<Row> rows) => shop.Database.Writing(session =>
    {
        session.Script(Engine.CreateTable(Table));
        var keys = rows.Select(row =>
        {
            Assert.True(TableSql.TryInsert(session, row));
            Assert.False(TableSql.TryInsert(session, row));
            TableSql.Replace(session, row);
            return row.Key;
        }).ToList();
        return keys.ConvertAll(key => TableSql.Find(session, Table, key)!);
    });

    private static Guid NewGuid(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes, bigEndian: true);
    }
}
