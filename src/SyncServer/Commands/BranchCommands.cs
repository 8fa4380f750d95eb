using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Database;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>branch add|list|set</c>.</summary>
internal static class BranchCommands
{
    private static readonly Option<string> Name = new("--name") { Required = true };
    private static readonly Option<string> TimeZone = new("--time-zone") { Description = "IANA name, such as Europe/London", DefaultValueFactory = _ => "UTC" };
    private static readonly Argument<long> Id = new("branch");
    private static readonly Option<string?> Header = new("--header") { Description = "The head of the branch's dockets; \\n begins a new line" };
    private static readonly Option<decimal?> TaxRate = new("--tax-rate") { Description = "Per cent, contained in prices" };
    private static readonly Option<string?> Supervised = new("--supervised")
    {
        Description = $"Acts that want a supervisor's PIN: some of {string.Join(", ", SupervisedActs.All)}; "
            + "discount:10 leaves 10 % free; an empty text for none",
    };

    private static readonly Option<string?> Currency = new("--currency") { Description = "The sign or code printed on dockets" };

    public static Command Make(Verbs verbs) => new("branch", "The shop's branches")
    {
        verbs.Make("add", "Add a branch", Add, Name, TimeZone),
        verbs.Make("list", "List the branches", List),
        verbs.Make("set", "Change what a branch prints and taxes, and what it wants a supervisor for", Set, Id, Header, TaxRate, Currency, Supervised),
    };

    /// <summary>The branch's row.</summary>
    /// <exception cref="ShopException">There is none of that number.</exception>
    public static Row Require(Session session, long branch) => TableSql.Find(session, BookmineSetup.Branch, new RowKey(branch, Guid.Empty))
        ?? throw new ShopException($"There is no branch {branch}. bookmine-server branch list shows those there are.");

    private static int Add(CommandContext context)
    {
        var zone = context.Get(TimeZone);
        if (!TimeZones.TryFind(zone, out _))
        {
            throw new ShopException($"{zone} is no time zone that this machine knows. Give an IANA name, such as Europe/London.");
        }
        if (string.IsNullOrWhiteSpace(context.Get(Name)))
        {
            throw new ShopException("A branch needs a name, such as High Street.");
        }
        using var database = context.OpenDatabase(Opening.ToMake);
        var id = context.Do(database, "branch add", session =>
        {
            var next = (session.Integer("SELECT max(id) FROM branch") ?? 0) + 1;
            session.Execute(
                "INSERT INTO branch (id, name, time_zone, header, tax_rate_bp, currency) VALUES (@id, @name, @zone, @name, 0, '')",
                next, context.Get(Name), zone);
            Operators.WorkIn(session, new EntityIds(context.Clock), next);
            return new Done<long>(next, $"branch {next}", $"{context.Get(Name)}, {zone}");
        });
        return context.Print(new { Branch = id }, $"branch {id}: {context.Get(Name)}, {zone}");
    }

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var rows = database.Reading(s => TableSql.Where(s, BookmineSetup.Branch, "1 = 1 ORDER BY id")).Select(r => new
        {
            Branch = r.Integer("id"), Name = r.Text("name"), TimeZone = r.Text("time_zone"), Header = r.Text("header"),
            TaxRate = r.Integer("tax_rate_bp") / 100m, Currency = r.Text("currency"), Supervised = SupervisedActs.Read(r.TextOrNull("supervised")).ToString(),
        });
        return context.PrintList(rows, ("branch", r => $"{r.Branch}"), ("name", r => r.Name), ("time zone", r => r.TimeZone), ("tax %", r => $"{r.TaxRate}"),
            ("supervised", r => r.Supervised));
    }

    private static int Set(CommandContext context)
    {
        var id = context.Get(Id);
        var rate = context.Get(TaxRate);
        if (rate is < 0 or > 100)
        {
            throw new ShopException($"A tax rate of {rate} % is none. Give per cent, such as 20 or 8.1.");
        }
        var acts = context.Get(Supervised) is { } words ? SupervisedActs.Parse(words, out var fault) ?? throw new ShopException(fault!) : null;
        using var database = context.OpenDatabase();
        context.Do(database, "branch set", session =>
        {
            var branch = TableSql.FindForChange(session, BookmineSetup.Branch, new RowKey(id, Guid.Empty)) ?? Require(session, id);
            branch["header"] = context.Get(Header)?.Replace("\\n", "\n", StringComparison.Ordinal) ?? branch["header"];
            branch["tax_rate_bp"] = rate is { } percent ? (long)(percent * 100) : branch["tax_rate_bp"];
            branch["currency"] = context.Get(Currency) ?? branch["currency"];
            branch["supervised"] = acts is null ? branch["supervised"] : acts.IsAny ? acts.ToString() : null;
            if (acts is { IsAny: true } && !Operators.HasSupervisor(session, id))
            {
                throw new ShopException(
                    $"Branch {id} has no supervisor who could do that. Make one first: bookmine-server operator set-role NAME supervisor. "
                    + "Nothing was changed.");
            }
            TableSql.Replace(session, branch);
            return new Done<bool>(true, $"branch {id}", Changed(context, acts));
        });
        return context.Print(new { Branch = id }, $"branch {id} set");
    }

    private static string Changed(CommandContext context, SupervisedActs? acts) => string.Join(", ", new[]
    {
        context.Get(Header) is null ? null : "header", context.Get(TaxRate) is { } rate ? FormattableString.Invariant($"tax rate {rate} %") : null,
        context.Get(Currency) is { } currency ? $"currency {currency}" : null, acts is null ? null : $"supervised: {acts}",
    }.OfType<string>());
}
