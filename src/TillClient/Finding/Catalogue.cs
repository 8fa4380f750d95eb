using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.TillClient.Finding;

/// <summary>Finds stock and contacts by code, ISBN and words.</summary>
internal sealed class Catalogue(ReplicaView view)
{
    /// <summary>A page of a search; more is for the person to narrow.</summary>
    /// <summary>No list is longer.</summary>
    public const int MostFound = 50;
    private const int LeastPhoneDigits = 4;

    /// <summary>By ISBN in any form, code, or stock id.</summary>
    public List<FoundStock> ByNumber(string text)
    {
        var trimmed = ScannedCode.Clean(text);
        var rows = Isbn.FormsOf(trimmed).SelectMany(form => view.By(BookmineSetup.Stock, "code", form));
        if (Isbn.TryParse(trimmed, out var isbn))
        {
            rows = rows.Concat(view.By(BookmineSetup.Stock, "isbn13", isbn)).DistinctBy(r => r.Key);
        }
        var found = rows.Select(Root).DistinctBy(r => r.Key).ToList();
        // A copy that is in somebody's hand is sold, also of a title that is offered no more.
        return [.. (found.Exists(IsOffered) ? found.Where(IsOffered) : found).Select(Describe)];
    }

    public FoundStock? ById(Guid id) => view.Find(BookmineSetup.Stock, new RowKey(id)) is { } row ? Describe(row) : null;

    public List<FoundStock> ByWords(string text) => [.. Search(BookmineSetup.Stock, text).Where(IsOffered).Select(Describe)];

    /// <summary>By words of the name, phone or email. A digit or two are nobody's phone number: an amount that was typed too late links no contact.</summary>
    public List<FoundContact> Contacts(string text) => text.Length < LeastPhoneDigits && text.All(char.IsAsciiDigit) ? []
        : PhoneNumber.TailOf(text) is { } tail ? [.. ByPhone(tail).Where(IsOffered).Select(Contact)]
        : [.. Search(BookmineSetup.Contact, text).Where(IsOffered).Select(Contact)];

    /// <summary>However they are written: by the last of the digits that are dialled.</summary>
    private IEnumerable<Row> ByPhone(string tail)
    {
        var dialled = $"phone IS NOT NULL AND {PhoneNumber.DialledSql("phone")} LIKE @tail";
        return TableSql.Where(view.Session, BookmineSetup.Contact, $"{dialled} LIMIT {MostFound}", "%" + tail).Select(view.Overlay.Edited)
            .Concat(view.Overlay.Made(BookmineSetup.Contact, dialled, "%" + tail))
            .DistinctBy(r => r.Key).Take(MostFound);
    }

    public FoundContact? ContactById(Guid id) => view.Find(BookmineSetup.Contact, new RowKey(id)) is { } row ? Contact(Root(row)) : null;

    /// <summary>The record that this one turned out to be; itself where it is none other.</summary>
    private Row Root(Row row) => row.GuidOrNull("merged_into") is { } root ? view.Find(row.Table, new RowKey(root)) ?? row : row;

    private static bool IsOffered(Row row) => row["withdrawn"] is null && row["merged_into"] is null;

    private static FoundContact Contact(Row row) => new(row.Guid("id"), row.Text("name"), row.TextOrNull("email"), row.TextOrNull("phone"));

    public FoundStock Describe(Row row)
    {
        var id = row.Guid("id");
        var holding = view.Find(BookmineSetup.Holding, new RowKey(view.Branch, id));
        return new FoundStock(
            id, row.Text("code"), row.IntegerOrNull("isbn13")?.ToString(CultureInfo.InvariantCulture), row.Text("title"), row.TextOrNull("authors"),
            row.TextOrNull("condition"), holding?.IntegerOrNull("price_cents"), (holding?.IntegerOrNull("on_hand") ?? 0) + view.OnHandShift(id),
            row.IntegerOrNull("tax_rate_bp") ?? view.TaxRateBp(row.TextOrNull("category")));
    }

    private IEnumerable<Row> Search(SyncTable table, string text)
    {
        var words = SearchWords.Of(text);
        if (words.Count == 0)
        {
            return [];
        }
        // Each word is quoted, so that nothing a person types is taken for an operator of the search; it stands for any word it begins.
        var match = string.Join(" AND ", words.Select(w => $"({string.Join(" OR ", w.Select(s => $"\"{s.Replace("\"", "\"\"", StringComparison.Ordinal)}\"*"))})"));
        var search = ReplicaSchema.SearchTable(table);
        var found = $"rowid IN (SELECT rowid FROM {search} WHERE {search} MATCH @match LIMIT {MostFound})";
        return TableSql.Where(view.Session, table, found, match).Select(view.Overlay.Edited)
            .Concat(view.Overlay.Made(table, found, match))
            .DistinctBy(r => r.Key).Take(MostFound);
    }
}
