using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient.Finding;

/// <summary>What may stand in an entry, and what is read from one.</summary>
internal static class EntryContent
{
    /// <summary>U+0000, halves of surrogate pairs and what is longer than its column may be are refused where they would enter.</summary>
    /// <exception cref="RefusedException">A text is none, or too long.</exception>
    public static void RequireText(ChangeGroup group)
    {
        Require("operator", group.Author);
        RequireLength(BookmineSetup.Document["operator"], group.Author);
        foreach (var row in group.Changes.Select(c => c.Values))
        {
            for (var i = 0; i < row.Table.Columns.Count; i++)
            {
                Require(row.Table.Columns[i].Name, row[i] as string);
                RequireLength(row.Table.Columns[i], row[i] as string);
            }
        }
    }

    private static void Require(string name, string? text)
    {
        if (text is not null && (text.Contains('\0') || text.EnumerateRunes().Any(r => r == Rune.ReplacementChar && !text.Contains('\uFFFD'))))
        {
            throw new RefusedException($"{name} holds characters that are no text", "Type it again.");
        }
    }

    private static void RequireLength(Column column, string? text)
    {
        if (column.TooLong(text) is { } fault)
        {
            throw new RefusedException(fault, "Shorten it.");
        }
    }

    /// <summary>The header of the transaction that an entry is; null when it is none.</summary>
    public static Row? Document(JournalEntry entry) => ChangeGroupJson.Read(BookmineSetup.Instance, entry.Id, entry.Format, entry.Payload).Changes
        .FirstOrDefault(c => c.Table == BookmineSetup.Document)?.Values;

    /// <summary>An entry's D-number and control amount, for one that comes back from the server.</summary>
    public static (long? Number, long Amount) Control(PushedEntry entry)
    {
        try
        {
            var document = ChangeGroupJson.Read(BookmineSetup.Instance, entry.Id, entry.Format, entry.Payload).Changes
                .FirstOrDefault(c => c.Table == BookmineSetup.Document)?.Values;
            return (document?.IntegerOrNull("docket"), document?.IntegerOrNull("total_cents") ?? 0);
        }
        catch (MalformedEntryException)
        {
            return (null, 0);
        }
    }
}
