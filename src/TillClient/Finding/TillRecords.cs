using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.TillClient.Finding;

/// <summary>What a till has at hand of the shop's records, as its screens ask for them: the replica's, with what was done here over it.</summary>
public sealed class TillRecords
{
    private const int LatelySealed = 20;
    private const int LatelyWritten = 10_000;
    private readonly ReplicaView view;
    private readonly Catalogue catalogue;
    private readonly TransactionFinder transactions;
    private readonly Operators operators;
    private readonly ClientJournal journal;

    internal TillRecords(ReplicaView view, Catalogue catalogue, TransactionFinder transactions, ClientJournal journal)
    {
        (this.view, this.catalogue, this.transactions, this.journal) = (view, catalogue, transactions, journal);
        operators = new Operators(view);
    }

    /// <summary>The names of those who can sign on here.</summary>
    /// <param name="role">Of <see cref="OperatorRoles"/>; null for all.</param>
    public IReadOnlyList<string> Operators(string? role = null) => view.Read<IReadOnlyList<string>>(() => [.. operators.Names(role)]);

    /// <summary>Whether the shop has, or ever had, operators: then somebody signs on before anything is sold.</summary>
    public bool WantsOperator() => view.Read(operators.AreWanted);

    /// <summary>Whether somebody may do a supervisor's acts.</summary>
    public bool IsSupervisor(string name) => view.Read(() => operators.IsSupervisor(name));

    /// <summary>The sign or code of this branch's currency; empty for none, and where there is no replica yet.</summary>
    public string Currency() => view.Read(() => view.Exists ? view.BranchRow.Text("currency") : "");

    /// <summary>To what sums this branch rounds cash.</summary>
    public CashRounding CashRounding() => view.Read(() => Schema.CashRounding.Of(view.BranchRow.IntegerOrNull("cash_rounding")));

    /// <summary>What this branch wants a supervisor for.</summary>
    public SupervisedActs Supervised() => view.Read(() => SupervisedActs.Read(view.BranchRow.TextOrNull("supervised")));

    /// <summary>Whether the PIN is the operator's.</summary>
    public bool IsPinOf(string name, string pin) => view.Read(() => operators.HashOf(name)) is { } hash && PinHash.Matches(hash, pin);

    /// <summary>What is left on a gift voucher, in cents; null when nothing is known of it here.</summary>
    public long? VoucherCents(string number) => view.Read(() => view.VoucherCents(number));

    /// <summary>A contact's General Credit, in cents.</summary>
    public long CreditCents(Guid contact) => view.Read(() => view.CreditCents(contact));

    /// <summary>Orders and laybys of a contact that are still to be paid or handed over.</summary>
    public IReadOnlyList<TransactionView> OpenOrders(Guid contact) => view.Read(() => transactions.OpenOrders(contact));

    /// <summary>Contacts by words of their name, phone or email.</summary>
    public IReadOnlyList<FoundContact> FindContacts(string text) => view.Read<IReadOnlyList<FoundContact>>(() => catalogue.Contacts(text));

    /// <summary>A contact; null when there is none.</summary>
    public FoundContact? ContactById(Guid id) => view.Read(() => catalogue.ContactById(id));

    /// <summary>Whether one of the last sales sealed here was started at that moment.</summary>
    public bool IsSealed(string startedAt) => Instant.TryParse(startedAt, out var at)
        && journal.After(Math.Max(journal.LastN - LatelySealed, 0), LatelySealed)
        .Where(e => EntryKinds.IsSale(e.Kind))
        .Any(e => EntryContent.Document(e)?.IntegerOrNull("started_at") == at);

    /// <summary>The last entry of the journal.</summary>
    public long LastEntry => journal.LastN;

    /// <summary>The kinds and amounts of transactions that were sealed here after an entry, the first few of them.</summary>
    public IReadOnlyList<(string Kind, long Cents)> SealedAfter(long entry) =>
        [.. journal.After(entry, LatelySealed).Where(e => e.Number is not null).Select(e => (e.Kind, e.Amount))];

    /// <summary>The number of the last transaction sealed here: its TransID where it is posted, its D-number else; null where none of the last
    /// entries has one.</summary>
    public string? LastNumber => journal.After(Math.Max(journal.LastN - LatelySealed, 0), LatelySealed).LastOrDefault(e => e.Number is not null) is { } last
        ? last.Result?.Number is { } id ? FormattableString.Invariant($"{id}") : DocketNumber.D(last.Number!.Value).ToString() : null;

    /// <summary>To whom an email of the last entries is written; null when it is none of them.</summary>
    public FoundContact? AddresseeOf(Guid email)
    {
        const int slice = 200;
        for (var (through, looked) = (journal.LastN, 0); through > 0 && looked < LatelyWritten; through -= slice, looked += slice)
        {
            foreach (var entry in journal.After(Math.Max(through - slice, 0), slice).Where(e => e.Kind == EntryKinds.Email))
            {
                if (ChangeGroupJson.Read(BookmineSetup.Instance, entry.Id, entry.Format, entry.Payload).Changes.FirstOrDefault(
                    c => c.Key.Guid == email)?.Values.GuidOrNull("contact_id") is { } contact)
                {
                    return ContactById(contact);
                }
            }
        }
        return null;
    }

    /// <summary>What a record that an edit or email was dropped of is called; null where it is not here.</summary>
    public string? NameOf(DroppedEdit dropped) => !view.Read(() => view.Exists) ? null
        : dropped.Table == BookmineSetup.Contact.Name ? ContactById(dropped.Record)?.Name
        : dropped.IsEmail ? AddresseeOf(dropped.Record)?.Name : StockById(dropped.Record)?.Title;

    /// <summary>Whether the record was made here and the server does not have it yet, so that a change of it is a correction and is kept.</summary>
    public bool IsOwn(Found record) => view.Read(() =>
        (record is FoundStock s ? view.Overlay.MakerOf(BookmineSetup.Stock, new RowKey(s.StockId)) : record is FoundContact c
            ? view.Overlay.MakerOf(BookmineSetup.Contact, new RowKey(c.ContactId)) : null) > journal.Acknowledged);

    /// <summary>A stock record; null when there is none.</summary>
    public FoundStock? StockById(Guid id) => view.Read(() => catalogue.ById(id));

    /// <summary>The stock record that an entry has made; null when it made none.</summary>
    public FoundStock? StockOf(JournalEntry entry) => view.Read(() =>
        ChangeGroupJson.Read(BookmineSetup.Instance, entry.Id, entry.Format, entry.Payload).Changes.FirstOrDefault(
            c => c.Table == BookmineSetup.Stock) is { } made
            ? catalogue.ById(made.Key.Guid) : null);

    /// <summary>The contact that an entry has made; null when it made none.</summary>
    public FoundContact? ContactOf(JournalEntry entry) => view.Read(() =>
        ChangeGroupJson.Read(BookmineSetup.Instance, entry.Id, entry.Format, entry.Payload).Changes.FirstOrDefault(
            c => c.Table == BookmineSetup.Contact) is { } made
            ? catalogue.ContactById(made.Key.Guid) : null);

    /// <summary>How customers pay here: the code, the name, and whether change is given back from it.</summary>
    public IReadOnlyList<(string Code, string Name, bool GivesChange)> PaymentMethods() => view.Read<IReadOnlyList<(string, string, bool)>>(() =>
        [.. Sync.Data.TableSql.Where(view.Session, BookmineSetup.PaymentMethod, "1 = 1 ORDER BY id").Select(
            r => (r.Text("code"), r.Text("name"), r.Integer("gives_change") == 1))]);

    /// <summary>The fields of a stock record that a person may change, with the values they have; empty when there is no such record.</summary>
    public IReadOnlyList<RecordField> StockFields(Guid id) => Fields(BookmineSetup.Stock, id,
        ["title", "authors", "publisher", "year", "binding", "condition", "category"], id);

    /// <summary>The same of a contact.</summary>
    public IReadOnlyList<RecordField> ContactFields(Guid id) => Fields(BookmineSetup.Contact, id, ["name", "email", "phone", "address", "notes"], null);

    private IReadOnlyList<RecordField> Fields(SyncTable table, Guid id, string[] names, Guid? priced) => view.Read<IReadOnlyList<RecordField>>(() =>
    {
        if (view.Find(table, new RowKey(id)) is not { } row)
        {
            return [];
        }
        var fields = names.Select(n => new RecordField(n, FormattableString.Invariant($"{row[n]}")));
        return priced is { } stock ? [.. fields, new RecordField("price", catalogue.ById(stock)?.PriceCents is { } cents ? Money.Format(cents)
            : "")] : [.. fields];
    });
}

/// <param name="Value">As a person reads it; empty for none.</param>
public sealed record RecordField(string Name, string Value);
