using System.Globalization;
using System.Security.Cryptography;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Microsoft.AspNetCore.Identity;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>Somebody who works in the back office.</summary>
/// <param name="Role"><c>admin</c> of the chain, or <c>manager</c> of some branches.</param>
/// <param name="Branches">A manager's; null for an admin, whose are all.</param>
public sealed record Person(long Id, string Name, string Role, IReadOnlyList<long>? Branches, bool IsDisabled)
{
    public const string Admin = Rights.AdminRole;
    public const string Manager = "manager";
}

/// <summary>What became of an attempt to sign in.</summary>
/// <param name="Person">Who it is; null for nobody.</param>
/// <param name="WaitSeconds">After many wrong passwords: how long none is looked at; 0 for not at all.</param>
public sealed record SignIn(Person? Person, int WaitSeconds);

/// <summary>
/// The persons of the back office, their passwords (hashed as ASP.NET Core Identity does at its current strength) and the time that
/// guessing takes.
/// </summary>
public sealed class Persons(IServerDatabase database, TimeProvider clock, WordsFile words)
{
    private const int LeastPassword = 10;
    private const int MostPassword = 200;
    private const int MostNameCharacters = 100;
    private const int FreeTries = 5;
    private const int MostDoublings = 5;
    private const long FirstWait = 30_000;
    private static readonly PasswordHasher<string> Hasher = new();

    // Looked at for a name that is nobody's, so that the time does not tell who is there.
    private static readonly string Nobodys = Hasher.HashPassword("", Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <param name="isFirstAdmin">Whether this is refused where the shop has, or had, an admin.</param>
    /// <exception cref="ShopException">The name is taken, the password too short, a manager has no branches or an admin some.</exception>
    public long Add(Actor actor, string name, string password, string role, IReadOnlyList<long> branches, bool isFirstAdmin = false)
    {
        var clean = name.Trim();
        Require(clean, password, role, branches);
        var hash = Hasher.HashPassword(clean, password);
        return database.Doing(clock, actor, "person add", (session, rights) =>
        {
            rights.DemandAdmin();
            if (isFirstAdmin && All(session).Exists(p => p.Role == Person.Admin))
            {
                throw new ShopException("The shop has an admin already, who makes others. Nothing was changed.");
            }
            if (Find(session, clean) is { } taken)
            {
                var state = taken.IsDisabled ? ", who is disabled: person enable lets her in again" : "";
                throw new ShopException($"There is a person {taken.Name} already{state}.");
            }
            var missing = branches.FirstOrDefault(b => session.Scalar("SELECT 1 FROM branch WHERE id = @id", b) is null);
            if (missing != 0)
            {
                throw new ShopException($"There is no branch {missing}. bookmine-server branch list shows those there are.");
            }
            var id = (session.Integer("SELECT max(id) FROM person") ?? 0) + 1;
            session.Execute(
                "INSERT INTO person (id, name, password_hash, role, branches, disabled, failed, locked_until, made_at) "
                + "VALUES (@id, @name, @hash, @role, @branches, 0, 0, 0, @now)",
                id, clean, hash, role, branches.Count == 0 ? null : string.Join(' ', branches.Order()), Now);
            return new Done<long>(id, Subject(clean), role);
        });
    }

    public void Disable(Actor actor, string name) => SetDisabled(actor, "person disable", name, isDisabled: true);

    public void Enable(Actor actor, string name) => SetDisabled(actor, "person enable", name, isDisabled: false);

    public void SetPassword(Actor actor, string name, string password)
    {
        RequirePassword(password);
        Change(actor, "person set-password", name, (session, one) => session.Execute(
            "UPDATE person SET password_hash = @hash, failed = 0, locked_until = 0 WHERE id = @id", Hasher.HashPassword(one.Name, password), one.Id));
    }

    public static List<Person> All(Session session)
    {
        var persons = new List<Person>();
        using var reader = session.Query("SELECT id, name, role, branches, disabled FROM person ORDER BY id");
        while (reader.Read())
        {
            List<long>? branches = reader.IsDBNull(3) ? null : [.. reader.GetString(3).Split(' ').Select(b => long.Parse(b, CultureInfo.InvariantCulture))];
            persons.Add(new Person(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), branches, reader.GetInt64(4) == 1));
        }
        return persons;
    }

    /// <summary>A person who may work at this moment; null for one who was disabled, or nobody.</summary>
    public Person? InUse(long id) => database.Reading(session => All(session).Find(p => p.Id == id && !p.IsDisabled));

    /// <summary>
    /// Whether somebody knows the password of a name. From the sixth wrong one on, guessing takes longer each time, for whoever it is.
    /// </summary>
    public SignIn TryPassword(string name, string password)
    {
        var (person, hash, lockedUntil) = database.Reading(session => Credentials(session, name));
        if (lockedUntil > Now)
        {
            return new SignIn(null, (int)((lockedUntil - Now + 999) / 1000));
        }
        // Outside any transaction: it takes its time on purpose.
        var verdict = Hasher.VerifyHashedPassword(name, hash ?? Nobodys, password.Length > MostPassword ? "" : password);
        if (person is null)
        {
            return new SignIn(null, 0);
        }
        var isRight = verdict != PasswordVerificationResult.Failed && !person.IsDisabled;
        database.Writing(session => isRight
            ? session.Execute("UPDATE person SET failed = 0, locked_until = 0 WHERE id = @id AND failed > 0", person.Id) : NoteWrong(session, person));
        return new SignIn(isRight ? person : null, 0);
    }

    private int NoteWrong(Session session, Person person)
    {
        var failed = (session.Integer("SELECT failed FROM person WHERE id = @id", person.Id) ?? 0) + 1;
        var wait = failed <= FreeTries ? 0 : FirstWait << (int)Math.Min(failed - FreeTries - 1, MostDoublings);
        if (failed == FreeTries + 1)
        {
            AuditLog.Write(session, clock, new Actor(person.Name, "sign-in", null), "sign in", Subject(person.Name), "many wrong passwords", isDone: false);
        }
        return session.Execute("UPDATE person SET failed = @failed, locked_until = @until WHERE id = @id", failed, wait == 0 ? 0 : Now + wait, person.Id);
    }

    private static (Person? Person, string? Hash, long LockedUntil) Credentials(Session session, string name)
    {
        if (Find(session, name.Trim()) is not { } person)
        {
            return (null, null, 0);
        }
        using var reader = session.Query("SELECT password_hash, locked_until FROM person WHERE id = @id", person.Id);
        return reader.Read() ? (person, reader.GetString(0), reader.GetInt64(1)) : (null, null, 0);
    }

    private void SetDisabled(Actor actor, string deed, string name, bool isDisabled)
    {
        Change(actor, deed, name, (session, one) =>
        {
            AuthorityWords.Say(session, AuthorityWords.OfPerson(one.Name), isDisabled ? AuthorityWords.Out : AuthorityWords.In, Now);
            return session.Execute("UPDATE person SET disabled = @disabled WHERE id = @id", isDisabled ? 1L : 0L, one.Id);
        });
        words.BringIfPossible();
    }

    private void Change(Actor actor, string deed, string name, Func<Session, Person, int> change)
    {
        database.Doing(clock, actor, deed, (session, rights) =>
        {
            rights.DemandAdmin();
            var one = Find(session, name) ?? throw new ShopException($"There is no person {name}. bookmine-server person list shows those there are.");
            return new Done<int>(change(session, one), Subject(one.Name));
        });
    }

    private static Person? Find(Session session, string name) => All(session).Find(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string Subject(string name) => $"person {name}";

    private static void Require(string name, string password, string role, IReadOnlyList<long> branches)
    {
        if (name.Length is 0 or > MostNameCharacters)
        {
            throw new ShopException($"A person's name has 1 to {MostNameCharacters} characters.");
        }
        if (role is not (Person.Admin or Person.Manager))
        {
            throw new ShopException($"“{role}” is no role. Give {Person.Admin} or {Person.Manager}.");
        }
        if ((role == Person.Manager) == (branches.Count == 0))
        {
            throw new ShopException(role == Person.Manager
                ? "A manager is one of some branches: give them with --branch." : "An admin's are all branches: leave --branch out.");
        }
        RequirePassword(password);
    }

    private static void RequirePassword(string password)
    {
        if (password.Length is < LeastPassword or > MostPassword)
        {
            throw new ShopException($"A password has {LeastPassword} to {MostPassword} characters; a few words are easily remembered.");
        }
    }
}
