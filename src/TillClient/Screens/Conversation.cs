using System.Globalization;
using Bookmine.Schema;
using Bookmine.TillClient.Finding;

namespace Bookmine.TillClient.Screens;

/// <summary>
/// Lets what happens at the counter be written as plain methods that ask one question after another. Such a method runs until it asks; the
/// entry that answers lets it run on. Nothing runs between two entries, and only one method at a time.
/// </summary>
/// <param name="say">Shows a message; with true, one that must not be missed.</param>
internal sealed class Conversation(Action<string, bool> say)
{
    /// <summary>Of the numbers in front of what there is to choose from.</summary>
    public const int NumberWidth = 5;

    private TaskCompletionSource<string?>? answer;
    private TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task running = Task.CompletedTask;

    /// <summary>What is asked now; null when nothing is.</summary>
    public Question? Open { get; private set; }

    /// <summary>The chosen line of a choice, or the first line shown of a page.</summary>
    public int At { get; private set; }

    /// <summary>Runs a method until it asks or ends.</summary>
    public Task BeginAsync(Func<Task> work)
    {
        asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running = work();
        return UntilQuietAsync();
    }

    /// <summary>Answers the open question; null is Esc. Returns when the method has asked again or ended.</summary>
    public Task AnswerAsync(string? text)
    {
        var open = answer!;
        (Open, answer, asked) = (null, null, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        open.SetResult(text);
        return UntilQuietAsync();
    }

    /// <summary>Up or down a choice or a page.</summary>
    public void Move(int by)
    {
        if (Open?.Body is { } body)
        {
            At = Math.Clamp(At + by, 0, Math.Max(body.Count - 1, 0));
        }
    }

    /// <returns>What was typed, or the preset; null for Esc.</returns>
    public Task<string?> AskAsync(Question question, int at = 0)
    {
        var expected = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        (Open, At, answer) = (question, at, expected);
        // From here on the next entry may answer, on another thread.
        asked.TrySetResult();
        return expected.Task;
    }

    /// <summary>Asks until what is typed will do.</summary>
    /// <param name="read">The value; null with a message for what will not do.</param>
    public async Task<T?> AskAsync<T>(Question question, Func<string, (T? Value, string Fault)> read)
        where T : struct
    {
        while (await AskAsync(question).ConfigureAwait(false) is { } text)
        {
            var (value, fault) = read(text.Length == 0 ? question.Preset : text);
            if (value is not null)
            {
                return value;
            }
            say(fault, true);
        }
        return null;
    }

    /// <summary>An amount of money, 0 or more; null for Esc.</summary>
    public Task<long?> AmountAsync(string prompt, long? preset = null, long most = Money.MostCents) => AskAsync<long>(
        new Question(preset is null ? prompt : $"{prompt} (Enter: {Money.Format(preset.Value)})") { Preset = preset is null ? "" : Money.Format(preset.Value) },
        text => text.Length == 0 ? (null, "Type an amount such as 17.95, or Esc.")
            : !Money.TryParse(text, out var cents) || cents < 0 ? (null, $"“{text}” is no amount. Type one such as 17.95, or Esc.")
            : cents > most ? (null, $"{Money.Format(cents)} is too much: at most {Money.Format(most)}.") : (cents, ""));

    /// <summary>A number of copies; null for Esc.</summary>
    public Task<long?> CountAsync(string prompt, long preset, long most) => AskAsync<long>(
        new Question($"{prompt} (Enter: {preset})") { Preset = preset.ToString(CultureInfo.InvariantCulture) },
        text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= most
            ? (count, "") : (null, $"“{text}” will not do: a number from 1 to {most}, or Esc."));

    /// <summary>A text that is not empty; null for Esc.</summary>
    /// <param name="takesScan">Scans that are an answer.</param>
    public async Task<string?> TextAsync(string prompt, string preset = "", Func<string, bool>? takesScan = null)
    {
        while (await AskAsync(new Question(preset.Length > 0 ? $"{prompt} (Enter: {preset})" : prompt) { Preset = preset, TakesScan = takesScan }).ConfigureAwait(false) is { } text)
        {
            if ((text.Length == 0 ? preset : text).Trim() is { Length: > 0 } given)
            {
                return given;
            }
            say("Type something, or Esc.", true);
        }
        return null;
    }

    /// <summary>A text that may be left out: empty then; null for Esc.</summary>
    /// <param name="takesScan">Scans that are an answer.</param>
    public Task<string?> TextOrNothingAsync(string prompt, Func<string, bool>? takesScan = null) => AskAsync(new Question($"{prompt} (Enter: none)") { TakesScan = takesScan });

    /// <summary>One of some lines, from 0; null for Esc. The lines are numbered here.</summary>
    public async Task<int?> ChooseAsync(string prompt, IEnumerable<string> lines, int at = 0, bool givesWayToScans = true) =>
        await AskAsync(new Question(prompt) { Body = [.. lines.Select((l, i) => $"{i + 1,3}  {l}")], IsChoice = true, GivesWayToScans = givesWayToScans }, at).ConfigureAwait(false) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>One of what was found, without asking where there is only one; null for Esc or nothing found, which is told.</summary>
    /// <param name="typed">What was looked for.</param>
    public async Task<T?> PickAsync<T>(IReadOnlyList<T> found, string typed, bool givesWayToScans = false)
        where T : Found
    {
        if (found.Count == 0)
        {
            say($"Nothing goes with “{typed}”.", true);
            return null;
        }
        return found.Count == 1 ? found[0]
            : await ChooseAsync("Which", found.Select(FoundLine.Of), givesWayToScans: givesWayToScans).ConfigureAwait(false) is { } chosen ? found[chosen] : null;
    }

    /// <summary>Whether a person agrees to what is shown: Enter alone is yes.</summary>
    public async Task<bool> ConfirmAsync(string prompt, IReadOnlyList<string>? body = null) =>
        await AskAsync(new Question($"{prompt} (Enter: yes, Esc: no)") { Body = body }).ConfigureAwait(false) is { } text
        && (text.Length == 0 || text.Equals("yes", StringComparison.OrdinalIgnoreCase) || text.Equals("y", StringComparison.OrdinalIgnoreCase));

    /// <summary>Shows lines until Esc or Enter.</summary>
    public Task ShowAsync(IReadOnlyList<string> lines, string prompt = "Find (arrows move, Esc: back)") =>
        AskAsync(new Question(prompt) { Body = lines, IsPage = true, GivesWayToScans = true });

    private async Task UntilQuietAsync()
    {
        await Task.WhenAny(running, asked.Task).ConfigureAwait(false);
        if (running.IsCompleted)
        {
            Open = null;
            await running.ConfigureAwait(false);
        }
    }
}
