using Bookmine.Sync.Rows;

namespace Bookmine.Schema.Entries;

/// <summary>Something at a till that stays on record without being a transaction.</summary>
/// <param name="Kind">One of <see cref="TillEvents"/>.</param>
/// <param name="Text">What a manager reads.</param>
/// <param name="HappenedAt">Unix milliseconds.</param>
/// <param name="Figures">Of a Z reading, as <see cref="DrawerFigures"/> writes them.</param>
public sealed record TillEvent(long Branch, long Till, string? Operator, string Kind, string Text, long AmountCents, long HappenedAt,
    string? Figures = null);

/// <summary>Such a record as a row to insert.</summary>
public static class EventRows
{
    public static Row Of(TillEvent happened, Guid id) => new(BookmineSetup.TillEvent)
    {
        ["id"] = id,
        ["branch"] = happened.Branch,
        ["till"] = happened.Till,
        ["operator"] = happened.Operator,
        ["kind"] = happened.Kind,
        ["text"] = BookmineSetup.TillEvent["text"].Cut(happened.Text),
        ["amount_cents"] = happened.AmountCents,
        ["happened_at"] = happened.HappenedAt,
        ["figures"] = happened.Figures,
    };
}
