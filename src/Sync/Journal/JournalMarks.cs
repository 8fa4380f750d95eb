using Bookmine.Sync.Data;

namespace Bookmine.Sync.Journal;

/// <summary>The few numbers that stand beside the entries, in the journal's own file: whose it is, and how far others have come with it.</summary>
internal static class JournalMarks
{
    /// <summary>The form in which this program keeps entries: 2 packs their content. A program reads all up to its own.</summary>
    private const int Form = 2;

    /// <summary>Whether a later program has kept entries here in a form that this one does not know; notes this program's own where not.</summary>
    public static bool IsOfLaterProgram(Session session)
    {
        if (session.Integer("SELECT value FROM meta WHERE name = 'form'") is { } form && form >= Form)
        {
            return form > Form;
        }
        session.Execute("INSERT INTO meta (name, value) VALUES ('form', @form) ON CONFLICT (name) DO UPDATE SET value = excluded.value", Form);
        return false;
    }

    /// <summary>Writes down whose journal this is, where that is not written yet.</summary>
    /// <returns>Whose it is.</returns>
    public static long? Claim(Session session, long client)
    {
        session.Execute("INSERT INTO meta (name, value) VALUES ('client', @client) ON CONFLICT DO NOTHING", client);
        return session.Integer("SELECT value FROM meta WHERE name = 'client'");
    }

    /// <summary>The last entry the server has answered; 0 for none.</summary>
    public static long Acknowledged(Session session) => session.Integer("SELECT value FROM meta WHERE name = 'acknowledged'") ?? 0;

    /// <summary>The entry to which the server has given the highest number; null for none.</summary>
    public static long? HighestNumbered(Session session)
    {
        if (session.Integer("SELECT value FROM meta WHERE name = 'highest_n'") is { } n)
        {
            return n;
        }
        // An earlier program noted the number alone. It is looked for once.
        var number = session.Integer("SELECT value FROM meta WHERE name = 'highest_number'") ?? 0;
        var found = number == 0 ? null : session.Integer(
            "SELECT max(n) FROM entry WHERE result LIKE @answer", FormattableString.Invariant($"%\"number\":{number},%"));
        if (found is { } there)
        {
            session.Execute("INSERT INTO meta (name, value) VALUES ('highest_n', @n) ON CONFLICT DO NOTHING", there);
        }
        return found;
    }

    /// <summary>Up to which entry a person has been told the server's answers; 0 for none.</summary>
    public static long Reported(Session session) => session.Integer("SELECT value FROM meta WHERE name = 'reported'") ?? 0;

    /// <summary>Notes that the server has answered up to an entry, and which of its answers has the highest number; neither mark ever goes back.</summary>
    public static int NoteAnswered(Session session, long through, EntryResult? highest)
    {
        session.Execute("INSERT INTO meta (name, value) VALUES ('acknowledged', 0), ('highest_number', 0) ON CONFLICT DO NOTHING");
        if (highest is { Number: { } number }
            && session.Execute("UPDATE meta SET value = @number WHERE name = 'highest_number' AND value < @number", number) == 1)
        {
            session.Execute("INSERT INTO meta (name, value) VALUES ('highest_n', @n) ON CONFLICT (name) DO UPDATE SET value = excluded.value", highest.N);
        }
        return session.Execute("UPDATE meta SET value = @through WHERE name = 'acknowledged' AND value < @through", through);
    }

    /// <summary>The one way back: what comes after counts as not answered.</summary>
    public static int Reopen(Session session, long through) =>
        session.Execute("UPDATE meta SET value = @through WHERE name = 'acknowledged' AND value > @through", through);

    /// <summary>How many entries were given back with another's number; 0 for none.</summary>
    public static long NumberedTwice(Session session) => session.Integer("SELECT value FROM meta WHERE name = 'numbered_twice'") ?? 0;

    public static int NoteTwice(Session session) => session.Execute(
        "INSERT INTO meta (name, value) VALUES ('numbered_twice', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1");

    public static int NoteReported(Session session, long through) => session.Execute(
        "INSERT INTO meta (name, value) VALUES ('reported', @n) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)", through);
}
