using System.Globalization;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using CsCheck;

namespace Bookmine.Tests.Sync;

/// <summary>The one form of a row, pinned by a golden file that every engine must reproduce.</summary>
public sealed class CanonicalRowTests
{
    private static readonly SyncTable Table = new TableBuilder(77, "sample")
        .Guid(1, "id").Text(3, "name", nullable: true).Integer(2, "count", nullable: true).Guid(4, "other", nullable: true)
        .Key("id").InBucket("shared").Build();

    [Fact]
    public void The_golden_rows_have_the_golden_bytes_and_hashes()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Golden", "canonical-rows.txt")).Where(l => !l.StartsWith('#'));
        foreach (var parts in lines.Select(l => l.Split('|')))
        {
            var row = new Row(Table)
            {
                ["id"] = Guid.Parse(parts[0]),
                ["count"] = parts[1].Length == 0 ? null : long.Parse(parts[1], CultureInfo.InvariantCulture),
                ["name"] = parts[2] == "null" ? null : System.Text.RegularExpressions.Regex.Unescape(parts[2]),
            };
            var bytes = CanonicalRow.Write(row);
            Assert.Equal(parts[3], Convert.ToHexStringLower(bytes));
            Assert.Equal(parts[4], Digest.HashOf(Table.Number, bytes).ToString("x32", CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void Every_row_reads_back_as_it_was_written() => Rows.Sample(row =>
        CanonicalRow.Write(CanonicalRow.Read(Table, CanonicalRow.Write(row))).AsSpan().SequenceEqual(CanonicalRow.Write(row)));

    [Fact]
    public void A_row_packed_for_the_feed_is_the_same_row_again_and_shorter() => Rows.Sample(row =>
    {
        var bytes = CanonicalRow.Write(row);
        var packed = PackedRow.Pack(bytes);
        return packed.Length < bytes.Length && PackedRow.Unpack(packed).AsSpan().SequenceEqual(bytes);
    });

    [Fact]
    public void A_packed_row_takes_any_integer_and_any_columns_number()
    {
        var numbers = new[] { 1, 2, 33, 65, 300, 65_535 };
        var table = numbers.Aggregate(new TableBuilder(78, "wide").Guid(0x1234, "id"), (t, n) => t.Integer(n, $"c{n}")).Key("id").InBucket("shared").Build();
        foreach (var integer in new[] { 0, 1, -1, 63, 64, -64, -65, long.MaxValue, long.MinValue })
        {
            var row = new Row(table) { ["id"] = Guid.Empty };
            foreach (var number in numbers)
            {
                row[$"c{number}"] = integer;
            }
            var bytes = CanonicalRow.Write(row);
            Assert.Equal(bytes, PackedRow.Unpack(PackedRow.Pack(bytes)));
        }
    }

    [Fact]
    public void What_an_older_program_kept_and_what_is_damaged_is_given_as_it_lies() => Rows.Sample(row =>
    {
        var bytes = CanonicalRow.Write(row);
        byte[] damaged = [.. PackedRow.Pack(bytes), 0];
        Assert.Equal(bytes, PackedRow.Unpack(bytes));
        Assert.Same(damaged, PackedRow.Unpack(damaged));
    });

    [Fact]
    public void A_nullable_column_added_later_changes_no_rows_hash() => Rows.Sample(row =>
    {
        var wider = new TableBuilder(77, "sample")
            .Guid(1, "id").Text(3, "name", nullable: true).Integer(2, "count", nullable: true).Guid(4, "other", nullable: true).Text(5, "later", nullable: true)
            .Key("id").InBucket("shared").Build();
        var same = new Row(wider) { ["id"] = row["id"], ["name"] = row["name"], ["count"] = row["count"], ["other"] = row["other"] };
        return CanonicalRow.Write(same).AsSpan().SequenceEqual(CanonicalRow.Write(row));
    });

    [Fact]
    public void Noise_is_unpacked_without_a_fault_and_never_read_beyond_its_end() => Gen.Byte.Array[0, 60].Sample(noise => PackedRow.Unpack(noise) is not null);

    [Fact]
    public void Bytes_that_are_no_row_are_refused_and_never_read_beyond_their_end() => Gen.Select(Rows, Gen.Byte.Array[0, 40], Gen.Int[0, 200]).Sample((row, noise, cut) =>
    {
        var whole = CanonicalRow.Write(row);
        foreach (var bytes in (byte[][])[noise, whole[..Math.Min(cut, whole.Length)], [.. whole, .. noise]])
        {
            try
            {
                CanonicalRow.Read(Table, bytes);
            }
            catch (MalformedRowException)
            {
            }
        }
    });

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        Assert.Throws<MalformedRowException>(() => CanonicalRow.Write(new Row(Table) { ["id"] = Guid.Empty, ["name"] = "x\ud83d" }));

    [Fact]
    public void A_digest_forgets_a_row_that_is_removed_whatever_the_order() => Gen.ULong.Array[1, 20].Sample(hashes =>
    {
        var digest = hashes.Aggregate(default(Digest), (d, h) => d.Add(h));
        return hashes.Reverse().Aggregate(digest, (d, h) => d.Remove(h)) == default;
    });

    [Fact]
    public void A_bucket_rule_and_its_SQL_condition_mean_the_same()
    {
        var rule = new BucketRule("branch:{branch}:{month}");
        Assert.Equal("branch = 7 AND month = 202611", rule.Condition("branch:7:202611")!.Replace("1=1 AND ", "", StringComparison.Ordinal));
        Assert.Equal("branch = 7 AND month IS NULL", rule.Condition("branch:7")!.Replace("1=1 AND ", "", StringComparison.Ordinal));
        Assert.Null(rule.Condition("shared"));
        Assert.Null(rule.Condition("branch:7:202611:1"));
    }

    private static readonly Gen<Row> Rows = Gen.Select(Gen.Guid, Gen.Long, Gen.String, Gen.Bool, Gen.Bool).Where((_, _, text, _, _) => Valid(text))
        .Select((id, count, text, hasCount, hasText) => new Row(Table) { ["id"] = id, ["count"] = hasCount ? count : null, ["name"] = hasText ? text : null, ["other"] = null });

    private static bool Valid(string text) => text.EnumerateRunes().Sum(r => r.Utf16SequenceLength) == text.Length && !HasLoneSurrogate(text);

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }
        return false;
    }
}
