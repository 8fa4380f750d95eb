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
    /// <summary>Of a terminal as it was always.</summary>
    public const int UsualWidth = 80;

    private TaskCompletionSource<object?>? answer;
    private TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task running = Task.CompletedTask;

    /// <summary>How wide the screen is, in columns.</summary>
    public int Width { get; set; } = UsualWidth;

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
    public Task AnswerAsync(object? value)
    {
        var open = answer!;
        (Open, answer, asked) = (null, null, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        open.SetResult(value);
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

    /// <returns>What the question reads of the entry that answers it; null for Esc.</returns>
    public Task<object?> AskAsync(Question question, int at = 0)
    {
        var expected = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        (Open, At, answer) = (question, at, expected);
        // From here on the next entry may answer, on another thread.
        asked.TrySetResult();
        return expected.Task;
    }

    /// <summary>An amount of money, 0 or more; null for Esc.</summary>
    public async Task<long?> AmountAsync(string prompt, long? preset = null, long most = Money.MostCents) => await AskAsync(
        new Question.Amount(preset is null ? prompt : $"{prompt} (Enter: {Money.Format(preset.Value)})", preset, most)).ConfigureAwait(false) as long?;

    /// <summary>A number of copies; null for Esc.</summary>
    public async Task<long?> CountAsync(string prompt, long preset, long most) =>
        await AskAsync(new Question.Count($"{prompt} (Enter: {preset})", preset, most)).ConfigureAwait(false) as long?;

    /// <summary>A value that is read by a rule of its own; null for Esc.</summary>
    public async Task<T?> ValueAsync<T>(string prompt, Func<string, (T? Value, string Fault)> parse)
        where T : struct => await AskAsync(new Question.Value<T>(prompt, parse)).ConfigureAwait(false) as T?;

    /// <summary>A text that is not empty; null for Esc.</summary>
    /// <param name="takesScan">Scans that are an answer.</param>
    public async Task<string?> TextAsync(string prompt, string preset = "", Func<string, bool>? takesScan = null) => await AskAsync(
        new Question.Text(preset.Length > 0 ? $"{prompt} (Enter: {preset})" : prompt, preset.Length > 0 ? preset : null)
        {
            TakesScan = takesScan,
        }).ConfigureAwait(false) as string;

    /// <summary>A text that may be left out: empty then; null for Esc.</summary>
    /// <param name="takesScan">Scans that are an answer.</param>
    public async Task<string?> TextOrNothingAsync(string prompt, Func<string, bool>? takesScan = null) =>
        await AskAsync(new Question.Text($"{prompt} (Enter: none)", "") { TakesScan = takesScan }).ConfigureAwait(false) as string;

    /// <summary>A PIN, which nobody reads on the screen; null for Esc.</summary>
    public async Task<string?> PinAsync(string prompt) =>
        await AskAsync(new Question.Text(prompt, "") { IsPin = true }).ConfigureAwait(false) as string;

    /// <summary>One of some lines, from 0; null for Esc. The lines are numbered here.</summary>
    /// <param name="heading">What the lines' columns are; empty where they have none.</param>
    public async Task<int?> ChooseAsync(string prompt, IEnumerable<string> lines, int at = 0, bool givesWayToScans = true, string heading = "")
    {
        var all = lines.ToList();
        var question = new Question.Choice(prompt, all)
        {
            Body = Question.Choice.Numbered(all), Heading = heading.Length == 0 ? "" : Question.Choice.Indent + heading, GivesWayToScans = givesWayToScans,
        };
        return await AskAsync(question, at).ConfigureAwait(false) as int?;
    }

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
            : await ChooseAsync(
                FoundLine.Which(found.Count), found.Select(f => FoundLine.Of(f, Width)), givesWayToScans: givesWayToScans, heading: FoundLine.HeadingOf(found[0], Width))
                .ConfigureAwait(false) is { } chosen ? found[chosen] : null;
    }

    /// <summary>Whether a person agrees to what is shown: Enter alone is yes.</summary>
    public async Task<bool> ConfirmAsync(string prompt, IReadOnlyList<string>? body = null) =>
        await AskAsync(new Question.Confirm(prompt) { Body = body }).ConfigureAwait(false) is true;

    /// <summary>Shows lines until Esc or Enter.</summary>
    /// <param name="word">The one word that is an answer; null for none.</param>
    public async Task<string?> ShowAsync(IReadOnlyList<string> lines, string prompt = "Find (arrows move, Esc: back)", string? word = null) =>
        await AskAsync(new Question.Page(prompt, word) { Body = lines, GivesWayToScans = true }).ConfigureAwait(false) as string;

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
