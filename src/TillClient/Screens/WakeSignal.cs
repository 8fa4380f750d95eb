namespace Bookmine.TillClient.Screens;

/// <summary>
/// Lets the screen's loop rest while nothing happens, and wakes it for a key or a picture: a scan is painted as soon as it is rung up, and a till
/// that nobody touches costs next to nothing.
/// </summary>
internal sealed class WakeSignal
{
    // By then a new size of the terminal is noticed.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongestLooking = TimeSpan.FromMilliseconds(40);

    // While keys come, the library has times of its own to keep, such as how long Esc may still be the beginning of a sequence.
    private static readonly TimeSpan LongestAmongKeys = TimeSpan.FromMilliseconds(10);

    private readonly object gate = new();
    private bool wanted = true;

    /// <summary>Keys wake it; otherwise it ends its rest to look for them.</summary>
    public bool KeysWake { get; set; }

    /// <summary>Rests until it is woken, or long enough.</summary>
    /// <param name="amongKeys">A key was pressed a moment ago.</param>
    public void Wait(bool amongKeys)
    {
        lock (gate)
        {
            if (!wanted)
            {
                Monitor.Wait(gate, amongKeys ? LongestAmongKeys : KeysWake ? Longest : LongestLooking);
            }
            wanted = false;
        }
    }

    /// <summary>There is something to do. Callable from any thread.</summary>
    public void Wake()
    {
        lock (gate)
        {
            wanted = true;
            Monitor.Pulse(gate);
        }
    }
}
