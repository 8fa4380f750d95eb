namespace Bookmine.TillClient.Screens;

/// <summary>What the till asks for at one moment, and what the screen shows meanwhile.</summary>
/// <param name="Prompt">What the entry line says.</param>
internal sealed record Question(string Prompt)
{
    /// <summary>The lines to show; null leaves the sale in view.</summary>
    public IReadOnlyList<string>? Body { get; init; }

    /// <summary>One of the body's lines is to be chosen, with the arrows or by its number.</summary>
    public bool IsChoice { get; init; }

    /// <summary>The body is read; any entry that is not empty ends it and is taken as an entry of the sale.</summary>
    public bool IsPage { get; init; }

    /// <summary>A scan ends the question and is rung up; otherwise it waits until the question is answered.</summary>
    public bool GivesWayToScans { get; init; }

    /// <summary>Scans that are an answer all the same, such as a docket's number where one is asked for.</summary>
    public Func<string, bool>? TakesScan { get; init; }

    /// <summary>The one word that is an answer to a page.</summary>
    public string? TakesWord { get; init; }

    /// <summary>What is typed is shown as stars.</summary>
    public bool IsSecret { get; init; }

    /// <summary>What Enter alone stands for.</summary>
    public string Preset { get; init; } = "";
}
