using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>What the shop knows of a person: given to her on asking, and forgotten on asking (Regulation (EU) 2016/679, Articles 15, 17 and 20).</summary>
public sealed class Erasure(IServerDatabase database, TimeProvider clock)
{
    private const string Erased = "(erased)";
    private static readonly JsonSerializerOptions Form = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private const int DaysOfMonth = 30;

    /// <summary>
    /// Empties a person out of her record, of emails, of dropped edits, of findings, of imports and of the audit log. Her sales stay, and name
    /// nobody.
    /// </summary>
    /// <returns>What was done, and what still holds her name.</returns>
    /// <exception cref="ShopException">There is none, or an entry of hers is in quarantine; nothing was changed.</exception>
    public string Erase(Actor actor, Guid id) => database.Doing(clock, actor, "contact erase", (session, rights) =>
    {
        rights.DemandAdmin();
        var row = TableSql.FindForChange(session, BookmineSetup.Contact, new RowKey(id)) ?? throw new ShopException($"There is no contact {id}.");
        var all = AllOf(session, row);
        foreach (var one in all)
        {
            RequireNoQuarantine(session, one);
        }
        if (session.Scalar(
            "SELECT 1 FROM import_batch WHERE kind = @kind AND state IN (@uploading, @waiting, @running, @undoing)", ImportKinds.Contacts,
                ImportStates.Uploading,
            ImportStates.Waiting, ImportStates.Running, ImportStates.Undoing) is not null)
        {
            throw new ShopException("Contacts are being imported. Wait until that is done. Nothing was erased.");
        }
        foreach (var one in all)
        {
            Empty(session, one);
        }
        var months = (int)(RetentionPeriods.Standard.Content.TotalDays / DaysOfMonth);
        return new Done<string>(
            $"The contact is erased. Her sales stay and name nobody. Entries that tills sealed about her are kept for {months} months more, since their seals prove them; "
            + "backups from before hold her until they are gone, and a restore of one brings her back: erase her again then.",
            $"contact {id}");
    });

    /// <summary>Everything on record of a person, as JSON.</summary>
    public string Export(Actor actor, Guid id) => database.Doing(clock, actor, "contact export", (session, _) =>
    {
        var all = AllOf(session, TableSql.Find(session, BookmineSetup.Contact, new RowKey(id)) ?? throw new ShopException($"There is no contact {id}."));
        var told = new JsonObject
        {
            ["contacts"] = ArrayOf(all),
            ["transactions"] = ArrayOf(OfContact(session, BookmineSetup.Document, all)),
            ["general_credit"] = ArrayOf(OfContact(session, BookmineSetup.Credit, all)),
            ["emails"] = ArrayOf(OfContact(session, BookmineSetup.Email, all)),
        };
        return new Done<string>(told.ToJsonString(Form), $"contact {id}");
    });

    /// <summary>The record that it turned out to be, and all that did.</summary>
    private static List<Row> AllOf(Session session, Row contact) => TableSql.Where(
        session, BookmineSetup.Contact, "id = @root OR merged_into = @root", contact.GuidOrNull("merged_into") ?? contact.Guid("id"));

    private static List<Row> OfContact(Session session, SyncTable table, List<Row> contacts) =>
        TableSql.WhereIn(session, table, "contact_id", RowSet.Of("contact_id", contacts.Select(c => c.Guid("id"))));

    private static JsonArray ArrayOf(IEnumerable<Row> rows) => [.. rows.Select(r =>
    {
        var one = new JsonObject();
        foreach (var column in r.Table.Columns.Where(c => r[c.Name] is not null))
        {
            one[column.Name] = r[column.Name] switch
            {
                long number when column.Meaning == Meaning.Instant => Instant.Format(number),
                long number => number,
                var other => other!.ToString(),
            };
        }
        return (JsonNode)one;
    })];

    private static void RequireNoQuarantine(Session session, Row contact)
    {
        using var reader = session.Query("SELECT till, n FROM quarantine WHERE state = 'quarantined'");
        var kept = new List<(long Till, long N)>();
        while (reader.Read())
        {
            kept.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }
        reader.Close();
        foreach (var (till, n) in kept)
        {
            var payload = session.Scalar("SELECT payload FROM sync_inbox WHERE client = @till AND n = @n", till, n) as byte[] ?? [];
            if (Encoding.UTF8.GetString(PackedContent.Unpack(payload)).Contains(contact.Guid("id").ToString(), StringComparison.OrdinalIgnoreCase))
            {
                throw new ShopException(
                    $"Entry {n} of till {till}, which is in quarantine, names this contact. Post it or write it off first. Nothing was erased.");
            }
        }
    }

    private static void Empty(Session session, Row contact)
    {
        var (id, name) = (contact.Guid("id"), contact.Text("name"));
        foreach (var column in new[] { "email", "phone", "address", "notes" })
        {
            contact[column] = null;
        }
        contact["name"] = Erased;
        contact["withdrawn"] = 1L;
        TableSql.Replace(session, contact);
        foreach (var email in TableSql.Where(session, BookmineSetup.Email, "contact_id = @id", id))
        {
            (email["subject"], email["body"]) = (Erased, Erased);
            TableSql.Replace(session, email);
            session.Execute("UPDATE email_outbox SET told = NULL WHERE email = @email", email.Guid("id"));
            session.Execute("UPDATE finding SET text = @erased WHERE subject = @subject", Erased, email.Guid("id").ToString());
        }
        session.Execute("UPDATE dropped SET till_value = NULL, server_value = NULL WHERE row_key = @key", id.ToString());
        foreach (var dropped in DroppedEmailsTo(session, id))
        {
            session.Execute("UPDATE dropped SET till_value = NULL, server_value = NULL WHERE id = @id", dropped);
        }
        session.Execute("UPDATE finding SET text = @erased WHERE subject = @subject", Erased, id.ToString());
        session.Execute("UPDATE import_change SET fields = NULL WHERE record = @id", id);
        session.Execute("UPDATE audit SET subject = @erased, detail = NULL WHERE subject IN (@named, @keyed)", "contact " + Erased,
            $"contact {name}", $"contact {id}");
        foreach (var subject in NamesElsewhere(session, id))
        {
            session.Execute("UPDATE audit SET detail = NULL WHERE subject = @subject", subject);
        }
        session.Execute("DELETE FROM import_part WHERE batch IN (SELECT id FROM import_batch WHERE kind = @kind)", ImportKinds.Contacts);
    }

    /// <summary>Emails that were dropped name nobody themselves; the entries that they came with do.</summary>
    private static List<long> DroppedEmailsTo(Session session, Guid contact)
    {
        using var reader = session.Query(
            "SELECT d.id, i.payload FROM dropped d JOIN sync_inbox i ON i.client = d.till AND i.n = d.n WHERE d.tab = @tab AND d.till_value IS NOT NULL",
            BookmineSetup.Email.Name);
        var found = new List<long>();
        while (reader.Read())
        {
            if (Encoding.UTF8.GetString(PackedContent.Unpack(reader.GetFieldValue<byte[]>(1))).Contains(contact.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                found.Add(reader.GetInt64(0));
            }
        }
        return found;
    }

    /// <summary>What the audit log calls a contact that other programs look after.</summary>
    private static List<string> NamesElsewhere(Session session, Guid id)
    {
        using var reader = session.Query("SELECT source, name FROM external_key WHERE tab = @tab AND record = @id", BookmineSetup.Contact.Number, id);
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add($"{BookmineSetup.Contact.Name} {reader.GetString(0)}/{reader.GetString(1)}");
        }
        return names;
    }
}
