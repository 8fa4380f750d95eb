using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Imports;

/// <summary>Imports contacts. A contact of the same name, email and phone is there already; run twice, it changes nothing.</summary>
internal sealed class ContactImport(IServerDatabase database, TimeProvider clock)
{
    private static readonly string[] Columns = ["name", "email", "phone", "address"];
    private readonly EntityIds ids = new(clock);

    public ImportOutcome Run(string file, Action<long> progress)
    {
        using var csv = CsvSource.Open(file, ["name"], Columns);
        var imported = ImportSlices.Run(database, () => Next(csv), Write, progress);
        return new ImportOutcome(imported, csv.Rejected, csv.RejectedFile, csv.UnreadColumns);
    }

    private Row? Next(CsvSource csv)
    {
        while (csv.Read())
        {
            if (Fault(csv) is { } fault)
            {
                csv.Reject(fault);
                continue;
            }
            return new Row(BookmineSetup.Contact)
            {
                ["id"] = ids.Next(), ["kind"] = "customer", ["name"] = csv["name"], ["email"] = csv["email"], ["phone"] = csv["phone"], ["address"] = csv["address"],
            };
        }
        return null;
    }

    private static string? Fault(CsvSource csv) =>
        csv["name"] is null ? "has no name"
        : Columns.Any(c => csv[c]?.Contains('\0') == true) ? "has a field with U+0000"
        : Columns.Select(c => BookmineSetup.Contact[c].TooLong(csv[c])).FirstOrDefault(f => f is not null) is { } fault ? fault
        : csv["email"] is { } email && !email.Contains('@', StringComparison.Ordinal) ? $"“{email}” is not an email address"
        : null;

    private static void Write(Session session, Row contact)
    {
        var there = session.Scalar(
            $"SELECT 1 FROM contact WHERE {session.Dialect.TextEquals("name", "@name")} AND email IS NOT DISTINCT FROM @email AND phone IS NOT DISTINCT FROM @phone",
            contact["name"], contact["email"], contact["phone"]);
        if (there is null)
        {
            TableSql.TryInsert(session, contact);
        }
    }
}
