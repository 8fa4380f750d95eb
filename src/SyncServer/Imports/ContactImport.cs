using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Posting.Findings;

namespace Bookmine.SyncServer.Imports;

/// <summary>
/// Imports contacts. A contact of that name whose email and phone say nothing else is there already, and gets what it lacks. One whose email or
/// phone is another's is made, and noted as a likely double.
/// </summary>
internal sealed class ContactImport(TimeProvider clock) : IImport
{
    private static readonly string[] Columns = ["name", "email", "phone", "address", "notes", "kind"];
    private readonly EntityIds ids = new(clock);
    private readonly HashSet<(string, string?, string?)> previewed = [];

    public object? Next(ImportFile file)
    {
        while (file.Read())
        {
            var contact = new Row(BookmineSetup.Contact) { ["id"] = ids.Next(), ["kind"] = file["kind"]?.ToLowerInvariant() ?? "customer" };
            contact["name"] = file["name"] ?? Joined(file["first_name"], file["last_name"]);
            foreach (var column in Columns[1..^1])
            {
                contact[column] = file[column];
            }
            if (Fault(contact) is not { } fault)
            {
                return contact;
            }
            file.Reject(fault);
        }
        return null;
    }

    public void BeginSlice(Session session, IReadOnlyList<object> slice, bool isWriting)
    {
    }

    public Verdict Write(Session session, object row, ImportBook book)
    {
        var contact = ((Row)row).Copy();
        if (Find(session, contact) is not { } there)
        {
            return Make(session, contact, book);
        }
        var merged = there.Copy();
        foreach (var column in Columns.Where(c => c is not ("name" or "kind")))
        {
            merged[column] = column is "email" or "phone" ? there[column] ?? contact[column] : contact[column] ?? there[column];
        }
        merged["withdrawn"] = null;
        var differences = ImportBook.Differences(there, merged);
        if (differences.Count == 0)
        {
            return Verdict.Same;
        }
        if (book.IsWriting)
        {
            TableSql.Replace(session, merged);
            var isRevived = differences.Remove("withdrawn");
            book.Note(there.Guid("id"), isRevived ? ImportDeeds.Revived : ImportDeeds.Changed, differences.Count > 0 ? differences : null);
        }
        return Verdict.Changed;
    }

    public string Describe(object row) => string.Join(" · ", new[] { "name", "email", "phone", "address" }.Select(
        c => ((Row)row)[c] as string).OfType<string>());

    private Verdict Make(Session session, Row contact, ImportBook book)
    {
        if (!book.IsWriting)
        {
            return previewed.Add((contact.Text("name"), contact.TextOrNull("email"), contact.TextOrNull("phone"))) ? Verdict.Made : Verdict.Same;
        }
        contact["id"] = ids.Next();
        TableSql.TryInsert(session, contact);
        book.Note(contact.Guid("id"), ImportDeeds.Made);
        if (DuplicateContact.Of(session, contact) is { } twin)
        {
            FindingLog.Note(session, twin, clock.GetUtcNow().ToUnixTimeMilliseconds());
        }
        return Verdict.Made;
    }

    /// <summary>The one of that name, where neither its email nor its phone is another.</summary>
    private static Row? Find(Session session, Row contact)
    {
        var named = TableSql.Where(session, BookmineSetup.Contact, $"{session.Dialect.TextEquals("name", "@name")} ORDER BY id", contact["name"])
            .Where(c => c.GuidOrNull("merged_into") is null && IsOne(c, contact, "email") && IsOne(c, contact, "phone")).ToList();
        var sure = named.Where(c => Agrees(c, contact, "email") || Agrees(c, contact, "phone") || IsBare(contact) == IsBare(c)).ToList();
        return sure.Count > 0 ? sure[0] : null;
    }

    private static bool IsBare(Row contact) => contact["email"] is null && contact["phone"] is null;

    private static bool IsOne(Row there, Row given, string column) => there[column] is null || given[column] is null || Agrees(there, given, column);

    private static bool Agrees(Row there, Row given, string column) => there[column] is string a && given[column] is string b
        && (column == "phone" ? PhoneNumber.AreOne(a, b) : string.Equals(a, b, StringComparison.OrdinalIgnoreCase));

    private static string? Joined(string? first, string? last) => string.Join(
        ' ', new[] { first, last }.OfType<string>()) is { Length: > 0 } name ? name : null;

    private static string? Fault(Row contact) =>
        contact["name"] is null ? "has no name"
        : Columns.Any(c => (contact[c] as string)?.Contains('\0') == true) ? "has a field with U+0000"
        : Columns.Select(c => BookmineSetup.Contact[c].TooLong(contact[c] as string)).FirstOrDefault(f => f is not null) is { } fault ? fault
        : contact["email"] is string email && email.IndexOf('@', StringComparison.Ordinal) <= 0 ? $"“{email}” is not an email address"
        : null;
}
