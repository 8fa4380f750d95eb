using Bookmine.TillClient.Finding;

namespace Bookmine.TillClient.Screens;

/// <summary>F8 All other Trans.</summary>
internal sealed class OtherTransactions(PosDesk desk)
{
    public async Task RunAsync()
    {
        if (!await new SigningOn(desk).EnsureAsync().ConfigureAwait(false))
        {
            return;
        }
        (string Text, Func<Task> Run)[] all =
        [
            ("refund against a docket", () => new Refunding(desk).RunAsync([])), ("return without a docket", ReturnAsync),
        ];
        if (await desk.Talk.ChooseAsync("Which", [.. all.Select((a, i) => $"  {i + 1}  {a.Text}")]).ConfigureAwait(false) is { } chosen)
        {
            await all[chosen].Run().ConfigureAwait(false);
        }
    }

    /// <summary>Goods back without their docket: a negative line, which the manager finds listed.</summary>
    private async Task ReturnAsync()
    {
        if (await desk.Talk.TextAsync("What comes back: type its number or words").ConfigureAwait(false) is not { } text)
        {
            return;
        }
        var items = (await desk.Till.FindAsync(text, desk.Cancel).ConfigureAwait(false)).OfType<FoundStock>().ToList();
        if (items.Count == 0)
        {
            desk.Say($"No item goes with “{text}”.", isAlarm: true);
            return;
        }
        var chosen = items.Count == 1 ? 0 : await desk.Talk.ChooseAsync("Which", [.. items.Select((s, i) => $"{i + 1,3}  {PosDesk.Fit(s.Title, 40)} {s.Condition ?? "new"}")]).ConfigureAwait(false);
        if (chosen is not { } at
            || await desk.Talk.CountAsync($"Copies of {PosDesk.Fit(items[at].Title, 30).TrimEnd()}", 1, Ringing.MostQty).ConfigureAwait(false) is not { } copies
            || await desk.Talk.AmountAsync("Amount back for each", items[at].PriceCents).ConfigureAwait(false) is not { } price)
        {
            desk.Say("Nothing was taken back.");
            return;
        }
        desk.Basket.Add(items[at], -copies, price, desk.Clock.GetUtcNow());
        desk.Say("It is on the sale, to be given back. F12 pays the difference.");
    }
}
