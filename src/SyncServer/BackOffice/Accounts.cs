using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting;
using CsvHelper;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>One side of a day's double entry.</summary>
/// <param name="Purpose">What the account is for, such as <c>sales 20</c>; see <see cref="Accounts"/>.</param>
/// <param name="Account">Its code in the shop's ledger.</param>
/// <param name="TaxRate">Per cent; null where tax has no part in it.</param>
/// <param name="Since">Whether it was posted after the day was closed.</param>
public sealed record AccountRow(
    string Day, long Branch, string Purpose, string Account, string Name, long DebitCents, long CreditCents, string? TaxRate, string Memo, bool Since);

/// <summary>
/// A branch's day as double entry, by posting. What was sold and taken back, net by rate, and the tax on it, stands against what it was paid
/// with. Gift vouchers and General Credit are liabilities, what is owing on orders and laybys is a claim. Money that was taken on another day, by a
/// till without the server, goes over a clearing account of its method, so that the drawer's account has each day's own. Tax is that of each
/// transaction and rate, as its docket has it; the day is the sum of them.
/// </summary>
public sealed class Accounts(IServerDatabase database, TimeProvider clock)
{
    private const int MostText = 100;
    private const string Sales = "sales";
    private const string Tax = "tax";

    private static readonly Dictionary<string, (string Code, string Name)> Usual = new(StringComparer.Ordinal)
    {
        ["cash"] = ("1000", "Cash in the drawers"), ["clearing"] = ("1090", "Taken on other days"), ["voucher"] = ("2100", "Gift vouchers"),
        ["credit"] = ("2110", "General Credit of customers"), ["owing"] = ("1200", "Owing on orders and laybys"), [Sales] = ("4000", "Sales"),
        [Tax] = ("2200", "Tax on sales"), ["drawer"] = ("1095", "Paid into and out of drawers"), ["method"] = ("1010", "Received"),
            [Schema.PaymentMethods.Rounding] = ("4900", "Cash rounding"),
    };

    private static readonly string[] Header = ["day", "branch", "account", "name", "debit", "credit", "tax_rate", "memo", "posted"];

    /// <summary>What accounts there are to name: the usual ones, those of rates and methods, and what they are called here.</summary>
    public static List<(string Purpose, string Code, string Name)> Map(Session session)
    {
        var map = Named(session);
        return [.. Usual.Keys.Concat(map.Keys).Distinct().Order(StringComparer.Ordinal).Select(p => (p, NameOf(map, p).Code, NameOf(map, p).Name))];
    }

    /// <summary>Says what an account is called in the shop's ledger.</summary>
    /// <param name="purpose">Such as <c>cash</c>, <c>card</c>, <c>sales</c>, <c>sales 20</c>, <c>clearing card</c>.</param>
    public void Name(Actor actor, string purpose, string code, string name) => database.Doing(clock, actor, "account name", (session, rights) =>
    {
        rights.DemandAdmin();
        var (clean, number, words) = (purpose.Trim().ToLowerInvariant(), code.Trim(), name.Trim());
        if (clean.Length is 0 or > MostText || number.Length is 0 or > MostText || words.Length is 0 or > MostText)
        {
            throw new ShopException($"An account has a purpose, a code and a name of up to {MostText} characters. Nothing was changed.");
        }
        session.Execute("DELETE FROM account WHERE purpose = @purpose", clean);
        session.Execute("INSERT INTO account (purpose, code, name) VALUES (@purpose, @code, @name)", clean, number, words);
        return new Done<bool>(true, $"account {clean}", $"{number} {words}");
    });

    /// <summary>A day's double entry: debits and credits are equal, and add up to the day's figures to the cent.</summary>
    public static List<AccountRow> OfDay(Session session, long branch, int day, long now)
    {
        // As totals of days that are over: what is being posted at this moment is in, or of a later moment.
        Counter.NotBefore(session, now);
        var closed = DayClosings.Find(session, branch, day)?.Posting ?? long.MaxValue;
        var map = Named(session);
        var rows = new List<AccountRow>();
        Payments(session, branch, day, closed, (purpose, cents, memo, since) => rows.Add(Row(purpose, cents, null, memo, since)));
        Documents(session, branch, day, closed, (purpose, cents, rate, memo, since) => rows.Add(Row(purpose, -cents, rate, memo, since)));
        return [.. rows.Where(r => r.DebitCents != 0 || r.CreditCents != 0).OrderBy(r => r.Since).ThenBy(r => r.DebitCents == 0).ThenBy(
            r => r.Account, StringComparer.Ordinal)];

        AccountRow Row(string purpose, long debit, string? rate, string memo, bool since)
        {
            var (code, name) = NameOf(map, purpose);
            return new AccountRow(BranchDay.Format(day), branch, purpose, code, name, Math.Max(debit, 0), Math.Max(-debit, 0), rate, memo, since);
        }
    }

    /// <summary>The same for somebody whose branch it is.</summary>
    public IReadOnlyList<AccountRow> Of(Actor actor, long branch, int day) => database.Writing(session =>
    {
        Rights.Of(session, actor).Demand(branch);
        return OfDay(session, Branches.Require(session, branch).Id, day, clock.GetUtcNow().ToUnixTimeMilliseconds());
    });

    /// <summary>The same as a file for a ledger.</summary>
    public static string Csv(IReadOnlyList<AccountRow> rows)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = CsvWriter.Create(text, CsvWriterOptions.Default, leaveOpen: true))
        {
            csv.WriteRecord(Header);
            foreach (var r in rows)
            {
                csv.WriteRecord(
                    [
                        r.Day, r.Branch.ToString(CultureInfo.InvariantCulture), Imports.Cells.Guarded(r.Account), Imports.Cells.Guarded(r.Name),
                        r.DebitCents == 0 ? "" : Money.Format(r.DebitCents), r.CreditCents == 0 ? "" : Money.Format(r.CreditCents), r.TaxRate ?? "", r.Memo,
                        r.Since ? "since closing" : "",
                    ]);
            }
        }
        return text.ToString();
    }

    private static void Payments(Session session, long branch, int day, long closed, Action<string, long, string, bool> add)
    {
        using var reader = session.Query(
            """
            SELECT x.method, x.taken, x.since, CAST(sum(x.amount_cents) AS bigint) FROM
                (SELECT p.method, coalesce(p.taken_day, p.paid_day) AS taken, p.amount_cents,
                    CASE WHEN (SELECT max(o.seq) FROM posting o WHERE o.document_id = p.document_id) > @closed THEN 1 ELSE 0 END AS since
                 FROM payment p WHERE p.branch = @branch AND p.paid_day = @day) x
            GROUP BY x.method, x.taken, x.since ORDER BY x.method, x.taken, x.since
            """, closed, branch, day);
        while (reader.Read())
        {
            var (method, taken, since, cents) = (reader.GetString(0), (int)reader.GetInt64(1),
                Convert.ToInt64(reader.GetValue(2), CultureInfo.InvariantCulture) == 1, reader.GetInt64(3));
            var isMoney = method is not (
                Schema.PaymentMethods.Voucher or Schema.PaymentMethods.Credit or Schema.PaymentMethods.Owing or Schema.PaymentMethods.Rounding);
            var isOfAnotherDay = isMoney && taken != day;
            add(isOfAnotherDay ? $"clearing {method}" : method, cents, isOfAnotherDay ? $"{method} taken {BranchDay.Format(taken)}" : method, since);
        }
    }

    private static void Documents(Session session, long branch, int day, long closed, Action<string, long, string?, string, bool> add)
    {
        var sums = new SortedDictionary<(bool Since, string Kind, long Rate), (long Gross, long Tax)>();
        using (var reader = session.Query(
            """
            SELECT d.id, d.kind, l.tax_rate_bp, CASE WHEN (SELECT max(p.seq) FROM posting p WHERE p.document_id = d.id) > @closed THEN 1 ELSE 0 END,
                CAST(sum((l.qty * l.unit_price_cents) - l.discount_cents) AS bigint)
            FROM document d JOIN document_line l ON l.document_id = d.id WHERE d.branch = @branch AND d.posted_day = @day
            GROUP BY d.id, d.kind, l.tax_rate_bp, CASE WHEN d.tax_rule = @rule THEN 0 ELSE l.line END
            """, closed, branch, day, Schema.Tax.RuleByRate))
        {
            while (reader.Read())
            {
                var key = (Convert.ToInt64(reader.GetValue(3), CultureInfo.InvariantCulture) == 1, reader.GetString(1), reader.GetInt64(2));
                var (cents, sum) = (reader.GetInt64(4), sums.GetValueOrDefault(key));
                sums[key] = (sum.Gross + cents, sum.Tax + Money.TaxContained(cents, key.Item3));
            }
        }
        foreach (var ((since, kind, rate), (gross, tax)) in sums)
        {
            switch (kind)
            {
                case EntryKinds.Voucher: add(Schema.PaymentMethods.Voucher, gross, null, "gift vouchers sold", since); break;
                case EntryKinds.Deposit: add(Schema.PaymentMethods.Credit, gross, null, "deposits", since); break;
                case EntryKinds.PayIn or EntryKinds.PayOut: add("drawer", gross, null, kind, since); break;
                default:
                    var percent = Percent.Format(rate);
                    add($"{Sales} {percent}", gross - tax, percent, kind, since);
                    add($"{Tax} {percent}", tax, percent, kind, since);
                    break;
            }
        }
    }

    /// <summary>As it is named, or as the more general one is, or as it is usual.</summary>
    private static (string Code, string Name) NameOf(Dictionary<string, (string Code, string Name)> map, string purpose)
    {
        var general = purpose.Split(' ')[0];
        if (map.TryGetValue(purpose, out var named) || map.TryGetValue(general, out named) || Usual.TryGetValue(purpose, out named))
        {
            return named;
        }
        var (code, name) = Usual.GetValueOrDefault(general, Usual["method"]);
        var rest = general == purpose ? purpose : purpose[(general.Length + 1)..];
        return (code, general is Sales or Tax ? $"{name} at {rest} %" : $"{name}, {rest}");
    }

    private static Dictionary<string, (string Code, string Name)> Named(Session session)
    {
        using var reader = session.Query("SELECT purpose, code, name FROM account");
        var map = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        while (reader.Read())
        {
            map.Add(reader.GetString(0), (reader.GetString(1), reader.GetString(2)));
        }
        return map;
    }
}
