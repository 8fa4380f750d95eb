namespace Bookmine.TillClient.Screens;

/// <summary>Says who sells. Where the shop has operators, nobody sells before one has signed on with a PIN.</summary>
internal sealed class SigningOn(PosDesk desk)
{
    /// <summary>Has somebody sign on where nobody has and the shop asks for it.</summary>
    /// <returns>Whether the sale may go on.</returns>
    public async Task<bool> EnsureAsync()
    {
        if (desk.Operator is null && desk.Till.Records.Operators().Count > 0)
        {
            await AskAsync().ConfigureAwait(false);
            return desk.Operator is not null;
        }
        return true;
    }

    /// <summary>Whether nobody has signed on and the text is the name of somebody who may: then it is that, and no search for books.</summary>
    public async Task<bool> IsByNameAsync(string text)
    {
        if (desk.Operator is not null || desk.Till.Records.Operators().FirstOrDefault(o => o.Equals(text, StringComparison.OrdinalIgnoreCase)) is not { } name)
        {
            return false;
        }
        await AskPinAsync(name).ConfigureAwait(false);
        return true;
    }

    public async Task AskAsync()
    {
        var operators = desk.Till.Records.Operators();
        if (operators.Count == 0)
        {
            desk.Say("The shop has no operators. The manager adds them (bookmine-server operator add), and F9 brings them here.");
            return;
        }
        if (await desk.Talk.ChooseAsync("Who sells", operators, givesWayToScans: false).ConfigureAwait(false) is not { } chosen)
        {
            return;
        }
        await AskPinAsync(operators[chosen]).ConfigureAwait(false);
    }

    private async Task AskPinAsync(string name)
    {
        while (await desk.Talk.AskAsync(new Question($"{name}'s PIN") { IsSecret = true }).ConfigureAwait(false) is { } pin)
        {
            if (desk.Till.Records.IsPinOf(name, pin))
            {
                desk.Operator = name;
                desk.Say($"{name} sells now.");
                return;
            }
            desk.Say("That is not the PIN. Again, or Esc.", isAlarm: true);
        }
    }
}
