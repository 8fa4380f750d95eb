using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>Somebody who works at the tills.</summary>
/// <param name="Role">Of <see cref="OperatorRoles"/>.</param>
/// <param name="Branches">Whose tills; null for all there are and will be.</param>
public sealed record Operator(long Id, string Name, string Role, IReadOnlyList<long>? Branches, bool IsDisabled);

/// <summary>
/// Who sells at the tills. Names are known in the whole shop, the hash of a PIN only in the branches where it is used. Operators are never
/// deleted: what they have sold names
/// them, and a shop that has had some goes on wanting one signed on.
/// </summary>
public sealed class Operators(IServerDatabase database, TimeProvider clock, EntityIds ids, WordsFile words)
{
    private const int MostNameCharacters = 40;

    /// <exception cref="ShopException">The name is taken or no name, the PIN is none, or there is no such branch.</exception>
    public long Add(Actor actor, string name, string pin, string role, IReadOnlyList<long>? branches)
    {
        RequirePin(pin);
        RequireRole(role);
        var (clean, hash) = (NameOf(name), PinHash.Of(pin));
        return database.Doing(clock, actor, "operator add", (session, rights) =>
        {
            Demand(rights, branches);
            RequireFree(session, clean);
            RequireBranches(session, branches);
            var id = (session.Integer("SELECT max(id) FROM operator") ?? 0) + 1;
            session.Execute(
                "INSERT INTO operator (id, name, pin_hash, disabled, role, branches) VALUES (@id, @name, '', 0, @role, @branches)", id, clean, role, Text(branches));
            SetPins(session, id, branches, hash);
            return new Done<long>(id, Subject(clean), $"{role} of {(branches is null ? "all branches" : "branches " + Text(branches))}");
        });
    }

    /// <summary>Keeps somebody from the tills; a shop whose last operator is disabled still wants one signed on.</summary>
    public void Disable(Actor actor, string name) => SetDisabled(actor, "operator disable", name, isDisabled: true);

    public void Enable(Actor actor, string name) => SetDisabled(actor, "operator enable", name, isDisabled: false);

    public void SetRole(Actor actor, string name, string role)
    {
        RequireRole(role);
        Change(actor, "operator set-role", name, (session, one) => session.Execute("UPDATE operator SET role = @role WHERE id = @id", role, one.Id), role);
    }

    public void SetPin(Actor actor, string name, string pin)
    {
        RequirePin(pin);
        var hash = PinHash.Of(pin);
        Change(actor, "operator set-pin", name, (session, one) => SetPins(session, one.Id, one.Branches, hash));
    }

    /// <summary>Somebody chooses another PIN at a till.</summary>
    /// <exception cref="ShopException">The old one is not hers, or she does not work there.</exception>
    public void ChangePin(Actor actor, string name, long branch, string old, string pin)
    {
        RequirePin(pin);
        var hash = PinHash.Of(pin);
        Change(actor, "operator change pin", name, (session, one) =>
        {
            var held = session.Scalar("SELECT pin_hash FROM operator_pin WHERE operator = @operator AND branch = @branch", one.Id, branch) as string;
            if (one.IsDisabled || held is null || !PinHash.Matches(held, old))
            {
                throw new ShopException("That is not the PIN. Nothing was changed.");
            }
            return SetPins(session, one.Id, one.Branches, hash);
        });
    }

    public void Rename(Actor actor, string name, string to)
    {
        var clean = NameOf(to);
        Change(actor, "operator rename", name, (session, one) =>
        {
            RequireFree(session, clean);
            return session.Execute("UPDATE operator SET name = @name WHERE id = @id", clean, one.Id);
        }, "to " + clean);
    }

    public static List<Operator> All(Session session) => [.. TableSql.Where(session, BookmineSetup.Operator, "1 = 1 ORDER BY id").Select(Read)];

    /// <summary>Gives a new branch the PINs of those who work in all.</summary>
    internal static void WorkIn(Session session, EntityIds ids, long branch)
    {
        foreach (var one in All(session).Where(o => o.Branches is null))
        {
            if (session.Scalar($"SELECT pin_hash FROM operator_pin WHERE operator = @operator ORDER BY branch {session.Dialect.Limit("1")}", one.Id) is string hash)
            {
                session.Execute("INSERT INTO operator_pin (id, branch, operator, pin_hash) VALUES (@id, @branch, @operator, @hash)", ids.Next(), branch, one.Id, hash);
            }
        }
    }

    /// <summary>The names of those in use whose hash of a PIN tills of these branches have.</summary>
    public static List<string> KnownAt(Session session, IEnumerable<long> tills)
    {
        var names = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var till in tills)
        {
            using var reader = session.Query(
                "SELECT o.name FROM till t JOIN operator_pin p ON p.branch = t.branch JOIN operator o ON o.id = p.operator "
                + "WHERE t.id = @till AND o.disabled = 0", till);
            while (reader.Read())
            {
                names.Add(reader.GetString(0));
            }
        }
        return [.. names];
    }

    /// <summary>Whether somebody in use may do a supervisor's acts in a branch.</summary>
    internal static bool HasSupervisor(Session session, long branch) =>
        All(session).Exists(o => !o.IsDisabled && o.Role == OperatorRoles.Supervisor && (o.Branches is null || o.Branches.Contains(branch)));

    private void SetDisabled(Actor actor, string deed, string name, bool isDisabled)
    {
        Change(actor, deed, name, (session, one) =>
        {
            AuthorityWords.Say(
                session, AuthorityWords.OfOperator(one.Name), isDisabled ? AuthorityWords.Out : AuthorityWords.In, clock.GetUtcNow().ToUnixTimeMilliseconds());
            return session.Execute("UPDATE operator SET disabled = @disabled WHERE id = @id", isDisabled ? 1L : 0L, one.Id);
        });
        words.BringIfPossible();
    }

    private void Change(Actor actor, string deed, string name, Func<Session, Operator, int> change, string? detail = null)
    {
        database.Doing(clock, actor, deed, (session, rights) =>
        {
            var one = All(session).Find(o => o.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new ShopException($"There is no operator {name}. bookmine-server operator list shows those there are.");
            Demand(rights, one.Branches);
            return new Done<int>(change(session, one), Subject(one.Name), detail);
        });
    }

    private int SetPins(Session session, long id, IReadOnlyList<long>? branches, string hash)
    {
        session.Execute("DELETE FROM operator_pin WHERE operator = @operator", id);
        var all = branches ?? [.. TableSql.Where(session, BookmineSetup.Branch, "1 = 1 ORDER BY id").Select(b => b.Integer("id"))];
        foreach (var branch in all)
        {
            session.Execute("INSERT INTO operator_pin (id, branch, operator, pin_hash) VALUES (@id, @branch, @operator, @hash)", ids.Next(), branch, id, hash);
        }
        return all.Count;
    }

    /// <summary>A manager looks after those who work in her branches alone.</summary>
    private static void Demand(Rights rights, IReadOnlyList<long>? branches)
    {
        if (branches is null && rights.Branches is not null)
        {
            throw new ForbiddenException("Who works in all branches is an admin's to look after. Nothing was changed.");
        }
        branches?.ToList().ForEach(rights.Demand);
    }

    private static Operator Read(Row row) => new(
        row.Integer("id"), row.Text("name"), row.TextOrNull("role") ?? OperatorRoles.Cashier,
        row.TextOrNull("branches")?.Split(' ').Select(b => long.Parse(b, CultureInfo.InvariantCulture)).ToList(), row.Integer("disabled") == 1);

    private static string? Text(IReadOnlyList<long>? branches) => branches is null ? null : string.Join(' ', branches.Order());

    private static string Subject(string name) => $"operator {name}";

    private static string NameOf(string name) => name.Trim() is { Length: > 0 and <= MostNameCharacters } clean ? clean
        : throw new ShopException($"An operator's name has 1 to {MostNameCharacters} characters.");

    private static void RequirePin(string pin)
    {
        if (pin.Length is < 4 or > 12 || !pin.All(char.IsAsciiDigit))
        {
            throw new ShopException("A PIN has 4 to 12 digits.");
        }
    }

    private static void RequireRole(string role)
    {
        if (role is not (OperatorRoles.Cashier or OperatorRoles.Supervisor))
        {
            throw new ShopException($"“{role}” is no role. Give {OperatorRoles.Cashier} or {OperatorRoles.Supervisor}.");
        }
    }

    private static void RequireFree(Session session, string name)
    {
        if (All(session).Find(o => o.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } taken)
        {
            throw new ShopException($"There is an operator {taken.Name} already{(taken.IsDisabled ? ", who is disabled: operator enable brings her back" : "")}.");
        }
    }

    private static void RequireBranches(Session session, IReadOnlyList<long>? branches)
    {
        var there = TableSql.Where(session, BookmineSetup.Branch, "1 = 1").Select(b => b.Integer("id")).ToHashSet();
        if (branches?.FirstOrDefault(b => !there.Contains(b)) is { } none and not 0)
        {
            throw new ShopException($"There is no branch {none}. bookmine-server branch list shows those there are.");
        }
    }
}
