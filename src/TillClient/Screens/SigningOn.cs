using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>Says who sells. Where the shop has operators, nobody sells before one has signed on with a PIN.</summary>
internal sealed class SigningOn(PosDesk desk)
{
    /// <summary>Has somebody sign on where nobody has and the shop asks for it.</summary>
    /// <returns>Whether the sale may go on.</returns>
    public async Task<bool> EnsureAsync()
    {
        if (desk.Operator is null && desk.Till.Records.WantsOperator())
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
        await SignOnAsync(name).ConfigureAwait(false);
        return true;
    }

    public async Task AskAsync()
    {
        var operators = desk.Till.Records.Operators();
        if (operators.Count > 0)
        {
            if (await desk.Talk.ChooseAsync("Who sells", operators, givesWayToScans: false).ConfigureAwait(false) is { } chosen)
            {
                await SignOnAsync(operators[chosen]).ConfigureAwait(false);
            }
        }
        else if (desk.Till.Records.WantsOperator())
        {
            await TypeNameAsync().ConfigureAwait(false);
        }
        else
        {
            desk.Say("The shop has no operators. The manager adds them (bookmine-server operator add), and F9 brings them here.");
        }
    }

    /// <summary>Has a supervisor agree to what this branch wants one for, and puts that on record; says so where none has.</summary>
    /// <param name="act">Of <see cref="SupervisedActs"/>.</param>
    /// <param name="what">For the record, such as <c>D100002</c>.</param>
    public async Task<bool> AllowAsync(string act, string what, long cents) =>
        !desk.Till.Records.Supervised().Wants(act) || await AllowedAsync(act, what, cents).ConfigureAwait(false);

    /// <summary>The same for a discount, of which a part may be anybody's to give.</summary>
    public async Task<bool> AllowDiscountAsync(long cents, long fullCents, string what) =>
        !desk.Till.Records.Supervised().WantsForDiscount(cents, fullCents) || await AllowedAsync(SupervisedActs.Discount, what, cents).ConfigureAwait(false);

    /// <summary>An operator chooses another PIN, which the server keeps.</summary>
    public async Task ChangePinAsync()
    {
        if (desk.Operator is not { } name || !desk.Till.Records.Operators().Contains(name))
        {
            desk.Say("Sign on first (F2): a PIN is changed by whose it is.", isAlarm: true);
            return;
        }
        if (await PinAsync($"{name}'s PIN as it is") is not { } old || await PinAsync("The new PIN, 4 to 12 digits") is not { } pin
            || await PinAsync("The new PIN again") is not { } again)
        {
            desk.Say("The PIN stays as it was.");
            return;
        }
        if (pin != again)
        {
            desk.Say("The two are not the same. The PIN stays as it was.", isAlarm: true);
            return;
        }
        await desk.Till.ChangePinAsync(name, old, pin, desk.Cancel).ConfigureAwait(false);
        desk.Say("The PIN is changed, at every till as soon as it hears of it.");
    }

    private async Task<bool> AllowedAsync(string act, string what, long cents)
    {
        if (desk.Operator is { } name && desk.Till.Records.IsSupervisor(name))
        {
            return true;
        }
        var supervisors = desk.Till.Records.Operators(OperatorRoles.Supervisor);
        if (supervisors.Count == 0)
        {
            desk.Say($"A supervisor is wanted for this ({act}), and none can sign on here. Tell the manager.", isAlarm: true);
            return false;
        }
        var chosen = supervisors.Count == 1 ? 0
            : await desk.Talk.ChooseAsync($"A supervisor is wanted ({act})", supervisors, givesWayToScans: false).ConfigureAwait(false);
        if (chosen is not { } one || !await IsHerPinAsync(supervisors[one], $"Supervisor {supervisors[one]}'s PIN ({act})").ConfigureAwait(false))
        {
            desk.Say($"Not done: a supervisor has not agreed ({act}).", isAlarm: true);
            return false;
        }
        return await desk.NoteAsync(TillEvents.Authorised, $"{act}: {what}, by {supervisors[one]}", cents).ConfigureAwait(false);
    }

    /// <summary>Nobody's PIN is known here: the shop goes on selling, and the manager is told whose name was typed.</summary>
    private async Task TypeNameAsync()
    {
        desk.Say("Nobody can sign on at this till: the manager is told of what is sold.", isAlarm: true);
        if (await desk.Talk.TextAsync("Who sells: your name").ConfigureAwait(false) is { } name)
        {
            desk.Operator = name;
            desk.Say($"{name} sells now, without a PIN.");
        }
    }

    private async Task SignOnAsync(string name)
    {
        if (await IsHerPinAsync(name, $"{name}'s PIN").ConfigureAwait(false))
        {
            desk.Operator = name;
            desk.Say($"{name} sells now.");
        }
    }

    private async Task<bool> IsHerPinAsync(string name, string prompt)
    {
        while (await PinAsync(prompt).ConfigureAwait(false) is { } pin)
        {
            if (desk.WrongPins.WaitFor(name) is { } seconds)
            {
                desk.Say($"Wait {Counted.Of(seconds, "second", "seconds")}, then again, or Esc.", isAlarm: true);
            }
            else if (desk.Till.Records.IsPinOf(name, pin))
            {
                desk.WrongPins.Right(name);
                return true;
            }
            else
            {
                var times = desk.WrongPins.Wrong(name);
                desk.Say("That is not the PIN. Again, or Esc.", isAlarm: true);
                if (times >= WrongPins.OnRecordFrom)
                {
                    // By whoever it is: nobody has to have signed on.
                    await desk.Till.NoteAsync(TillEvents.WrongPin, $"{name}, {times} times", 0, desk.Operator, cancel: desk.Cancel).ConfigureAwait(false);
                }
            }
        }
        return false;
    }

    private Task<string?> PinAsync(string prompt) => desk.Talk.PinAsync(prompt);
}
