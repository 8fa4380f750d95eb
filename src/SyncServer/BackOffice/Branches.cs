using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A branch of the shop.</summary>
/// <param name="TaxRateBp">Basis points, contained in prices.</param>
/// <param name="Supervised">What it wants a supervisor for.</param>
/// <param name="Footer">What is printed at the foot of a docket.</param>
/// <param name="TaxNumber">Its registration for tax, as it is printed.</param>
/// <param name="CategoryRates">Rates of categories that are not the branch's own.</param>
public sealed record Branch(long Id, string Name, string TimeZone, string Header, long TaxRateBp, string Currency, SupervisedActs Supervised,
    CashRounding CashRounding = default, string? Footer = null, string? TaxNumber = null, CategoryRates? CategoryRates = null)
{
    /// <summary>The same in per cent.</summary>
    public decimal TaxRate => TaxRateBp / 100m;
}

/// <summary>What is to be changed of a branch; null for what stays.</summary>
/// <param name="TaxRate">Per cent, as a person writes it.</param>
/// <param name="CashRounding">5, 10, <c>10 down</c>, or none.</param>
/// <param name="Footer">An empty text for none.</param>
/// <param name="TaxNumber">An empty text for none.</param>
/// <param name="CategoryRates">All of them, as <c>Stationery=20; Cards=20</c>; an empty text for none.</param>
/// <param name="Supervised">Acts as <see cref="SupervisedActs"/> reads them; an empty text for none.</param>
public sealed record BranchChange(
    string? Header = null, string? TaxRate = null, string? Currency = null, string? Supervised = null, string? Name = null,
    string? CashRounding = null, string? Footer = null, string? TaxNumber = null, string? CategoryRates = null);

/// <summary>The shop's branches.</summary>
public sealed class Branches(IServerDatabase database, TimeProvider clock)
{
    public static List<Branch> All(Session session) => [.. TableSql.Where(session, BookmineSetup.Branch, "1 = 1 ORDER BY id").Select(Read)];

    /// <exception cref="ShopException">There is none of that number.</exception>
    public static Branch Require(Session session, long branch) => Read(RowOf(session, branch));

    /// <param name="zone">An IANA name, such as <c>Europe/London</c>.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="ShopException">The name or the zone is none.</exception>
    public long Add(Actor actor, string name, string zone)
    {
        if (!TimeZones.TryFind(zone, out _))
        {
            throw new ShopException($"{zone} is no time zone that this machine knows. Give an IANA name, such as Europe/London.");
        }
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ShopException("A branch needs a name, such as High Street.");
        }
        return database.Doing(clock, actor, "branch add", (session, rights) =>
        {
            rights.DemandAdmin();
            var next = (session.Integer("SELECT max(id) FROM branch") ?? 0) + 1;
            session.Execute(
                "INSERT INTO branch (id, name, time_zone, header, tax_rate_bp, currency) VALUES (@id, @name, @zone, @name, 0, '')", next, name, zone);
            Operators.WorkIn(session, new EntityIds(clock), next);
            return new Done<long>(next, $"branch {next}", $"{name}, {zone}");
        });
    }

    /// <exception cref="ShopException">There is no such branch, or a value is none; nothing was changed.</exception>
    public void Set(Actor actor, long id, BranchChange change)
    {
        var why = (string?)null;
        long? rate = change.TaxRate is not { } percent ? null
            : Percent.TryParse(percent, out var basisPoints, out why) ? basisPoints : throw new ShopException($"{why} Nothing was changed.");
        var rounding = change.CashRounding is null ? (CashRounding?)null : CashRounding.TryParse(change.CashRounding, out var read) ? read
            : throw new ShopException(
                $"Cash cannot be rounded to “{change.CashRounding}”: 5, 10, 10 down (half a step is the customer's) and none are known. Nothing was changed.");
        var categories = change.CategoryRates is not { } text ? null
            : CategoryRates.TryParse(text, out var rates, out why) ? rates : throw new ShopException($"{why} Nothing was changed.");
        var acts = change.Supervised is { } words ? SupervisedActs.Parse(words, out var fault) ?? throw new ShopException(fault!) : null;
        database.Doing(clock, actor, "branch set", (session, rights) =>
        {
            rights.Demand(id);
            var branch = TableSql.FindForChange(session, BookmineSetup.Branch, new RowKey(id, Guid.Empty)) ?? RowOf(session, id);
            if (change.Name is { } name)
            {
                branch["name"] = string.IsNullOrWhiteSpace(name) ? throw new ShopException("A branch needs a name. Nothing was changed.") : name.Trim();
            }
            branch["header"] = change.Header ?? branch["header"];
            branch["tax_rate_bp"] = rate ?? branch["tax_rate_bp"];
            branch["currency"] = change.Currency ?? branch["currency"];
            branch["footer"] = Kept(change.Footer, branch.TextOrNull("footer"));
            branch["tax_number"] = Kept(change.TaxNumber, branch.TextOrNull("tax_number"));
            branch["category_rates"] = categories is null ? branch["category_rates"] : categories.Kept;
            if (rounding is { } step)
            {
                branch["cash_rounding"] = step.Kept;
                PaymentMethods.RequireRounding(session, step);
            }
            branch["supervised"] = acts is null ? branch["supervised"] : acts.IsAny ? acts.ToString() : null;
            if (acts is { IsAny: true } && !Operators.HasSupervisor(session, id))
            {
                throw new ShopException(
                    $"Branch {id} has no supervisor who could do that. Make one first: bookmine-server operator set-role NAME supervisor. "
                    + "Nothing was changed.");
            }
            TableSql.Replace(session, branch);
            return new Done<bool>(true, $"branch {id}", Told(change, rate, acts));
        });
    }

    /// <summary>Without a new one the text stays, and an empty one takes it away.</summary>
    private static string? Kept(string? change, string? before) => change is null ? before : change.Trim() is { Length: > 0 } text ? text : null;

    private static string Told(BranchChange change, long? rate, SupervisedActs? acts) => string.Join(", ", new[]
    {
        change.Name is { } name ? $"name {name}" : null, change.Header is null ? null : "header",
        rate is { } bp ? $"tax rate {Percent.Format(bp)} %" : null,
        change.Currency is { } currency ? $"currency {currency}" : null, change.CashRounding is { } cash ? $"cash rounding {cash}" : null,
        change.Footer is null ? null : "footer", change.TaxNumber is { } registered ? $"tax number {registered}" : null,
        change.CategoryRates is { } of ? $"rates of categories: {of}" : null, acts is null ? null : $"supervised: {acts}",
    }.OfType<string>());

    private static Row RowOf(Session session, long branch) => TableSql.Find(session, BookmineSetup.Branch, new RowKey(branch, Guid.Empty))
        ?? throw new ShopException($"There is no branch {branch}. bookmine-server branch list shows those there are.");

    private static Branch Read(Row row) => new(
        row.Integer("id"), row.Text("name"), row.Text("time_zone"), row.Text("header"), row.Integer("tax_rate_bp"), row.Text("currency"),
        SupervisedActs.Read(row.TextOrNull("supervised")), CashRounding.Of(row.IntegerOrNull("cash_rounding")),
        row.TextOrNull("footer"), row.TextOrNull("tax_number"), CategoryRates.Read(row.TextOrNull("category_rates")));
}
