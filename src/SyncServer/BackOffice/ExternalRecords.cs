using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Imports;
using Bookmine.SyncServer.Posting;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A record as a program that calls it by a name of its own is told of it.</summary>
/// <param name="Tag">Changes with the record; given back as <c>If-Match</c>.</param>
public sealed record ExternalRecord(Guid Id, string Tag, bool IsNew, string Changed);

/// <summary>
/// Stock and contacts that other programs look after: each program calls a record by a name of its own, unique among its names, and says what it
/// knows of it. What it leaves out stays.
/// </summary>
public sealed class ExternalRecords(IServerDatabase database, TimeProvider clock, EntityIds ids)
{
    private const int MostName = 200;
    private const int TagBytes = 12;
    private const string PriceCents = "price_cents";
    private const string Branch = "branch";

    /// <summary>The record of a program's name; null for none.</summary>
    public static Guid? Find(Session session, SyncTable table, string source, string name)
    {
        Guid? id;
        using (var reader = session.Query("SELECT record FROM external_key WHERE source = @source AND tab = @tab AND name = @name", source,
            table.Number, name))
        {
            id = reader.Read() ? DbValues.ReadGuid(reader, 0) : null;
        }
        return id is { } of ? TableSql.Find(session, table, new RowKey(of))?.GuidOrNull("merged_into") ?? of : null;
    }

    /// <summary>What changes with a record.</summary>
    public static string TagOf(Session session, SyncTable table, Guid id) => TableSql.Find(session, table, new RowKey(id)) is { } row ? TagOf(row) : "";

    /// <summary>Makes or changes the record of a program's name.</summary>
    /// <param name="fields">By their names in the setup; for stock also <c>isbn</c>, and <c>price_cents</c> with <c>branch</c>. Null for none.</param>
    /// <param name="tag">What the program believes the record to be; null where that does not matter.</param>
    /// <exception cref="ChangedRecordException">It is not so any more; nothing was changed.</exception>
    public ExternalRecord Put(Actor actor, SyncTable table, string source, string name, IReadOnlyDictionary<string, JsonElement> fields, string? tag) =>
        database.Doing(clock, actor, $"{table.Name} put", (session, rights) =>
        {
            if (source.Length is 0 or > MostName || name.Length is 0 or > MostName)
            {
                throw new ShopException($"A source and a name in it have 1 to {MostName} characters. Nothing was changed.");
            }
            var (values, price) = Read(table, fields, rights);
            if (Find(session, table, source, name) is { } known)
            {
                // Before the counter, as every posting locks them.
                new LiveRows(session).Lock(price is var (of, _) && table == BookmineSetup.Stock
                    ? [(table, new RowKey(known)), (BookmineSetup.Holding, new RowKey(of, known))] : [(table, new RowKey(known))]);
            }
            // Names are given one after another.
            Counter.NotBefore(session, 0);
            var id = Find(session, table, source, name);
            var isNew = id is null;
            var told = isNew ? Make(session, table, source, name, values, tag, out id) : Change(session, table, id!.Value, values, tag);
            if (price is var (branch, cents))
            {
                Branches.Require(session, branch);
                told = string.Join(", ", new[] { told, RecordEdits.Change(
                    session, BookmineSetup.Holding, new RowKey(branch, id!.Value), new Dictionary<string,
                        object?> { [PriceCents] = cents }) }.Where(t => t.Length > 0));
            }
            return new Done<ExternalRecord>(new ExternalRecord(id!.Value, TagOf(session, table, id.Value), isNew, told),
                $"{table.Name} {source}/{name}",
                // What has changed of a person is on record by its fields, not by what they held.
                table == BookmineSetup.Contact ? string.Join(", ", fields.Keys) : told);
        });

    private string Make(
        Session session, SyncTable table, string source, string name, Dictionary<string, object?> values, string? tag, out Guid? id)
    {
        if (tag is not null)
        {
            throw new ChangedRecordException("none: there is no such record");
        }
        var row = (table == BookmineSetup.Stock ? Existing(session, values) : null) ?? new Row(table) { ["id"] = ids.Next() };
        id = row.Guid("id");
        session.Execute("INSERT INTO external_key (source, tab, name, record) VALUES (@source, @tab, @name, @id)", source, table.Number, name, id);
        if (TableSql.Find(session, table, row.Key) is not null)
        {
            return Change(session, table, id.Value, values, null);
        }
        foreach (var (field, value) in values)
        {
            row[field] = value;
        }
        if (table == BookmineSetup.Contact)
        {
            row["kind"] ??= "customer";
        }
        else
        {
            row["code"] ??= StockKeys.NewCode(session, row.IntegerOrNull("isbn13"), row.TextOrNull("condition"));
        }
        var title = table == BookmineSetup.Contact ? "name" : "title";
        if (string.IsNullOrWhiteSpace(row[title] as string))
        {
            throw new ShopException($"A new {table.Name} has a {title}. Nothing was made.");
        }
        TableSql.TryInsert(session, row);
        return "made";
    }

    /// <summary>A new copy of an ISBN that is on record is that record: a program that brings it does not double it.</summary>
    private static Row? Existing(Session session, Dictionary<string, object?> values) => StockKeys.Root(session, StockKeys.Find(
        session, new ItemKey(values.GetValueOrDefault("code") as string, values.GetValueOrDefault("isbn13") as long?),
            values.GetValueOrDefault("condition") as string));

    private static string Change(Session session, SyncTable table, Guid id, Dictionary<string, object?> values, string? tag)
    {
        var row = TableSql.FindForChange(session, table, new RowKey(id)) ?? throw new ShopException($"The {table.Name} record is gone.");
        return tag is not null && tag != TagOf(row) ? throw new ChangedRecordException(TagOf(row))
            : RecordEdits.Change(session, table, new RowKey(id), values);
    }

    private static (Dictionary<string, object?> Values, (long Branch, long? Cents)? Price) Read(
        SyncTable table, IReadOnlyDictionary<string, JsonElement> fields, Rights rights)
    {
        var values = new Dictionary<string, object?>();
        foreach (var (field, json) in fields.Where(f => table != BookmineSetup.Stock || f.Key is not (PriceCents or Branch)))
        {
            var text = json.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => Cells.Text(json.GetString()!),
                JsonValueKind.Number when json.TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
                _ => throw new ShopException($"{field} is {json.GetRawText()}, neither a text nor a whole number. Nothing was changed."),
            };
            if (field is "isbn" or "isbn13" && table == BookmineSetup.Stock)
            {
                long? isbn = text is null ? null : Isbn.TryParse(text, out var read) ? read
                    : throw new ShopException($"“{text}” is no ISBN. Nothing was changed.");
                (values["isbn13"], values["isbn10"]) = (isbn, isbn is { } thirteen ? Isbn.ToTen(thirteen) : null);
                continue;
            }
            if (field == "email" && text is not null && text.IndexOf('@', StringComparison.Ordinal) <= 0)
            {
                throw new ShopException($"“{text}” is no email address. Nothing was changed.");
            }
            values[field] = RecordEdits.Parse(table, field, text);
        }
        if (table != BookmineSetup.Stock || !fields.TryGetValue(PriceCents, out var price))
        {
            return (values, null);
        }
        var branch = fields.TryGetValue(Branch, out var of) && of.ValueKind == JsonValueKind.Number && of.TryGetInt64(out var given) ? given
            : rights.Branches is [var only] ? only : throw new ShopException("Say whose price it is: branch. Nothing was changed.");
        rights.Demand(branch);
        long? cents = price.ValueKind == JsonValueKind.Null ? null
            : price.ValueKind == JsonValueKind.Number && price.TryGetInt64(out var whole) ? whole
                : throw new ShopException("price_cents is whole cents. Nothing was changed.");
        return (values, (branch, cents));
    }

    private static string TagOf(Row row) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        row.Table.Columns.Select(c => row[c.Name]?.ToString()))).AsSpan(0, TagBytes));
}
