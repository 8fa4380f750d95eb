namespace Bookmine.Sync.Changes;

/// <summary>
/// Has equal values of one group share one object: its rows name the same document, the same goods and the same small numbers over and over, and a
/// client holds all it has not posted yet.
/// </summary>
internal sealed class ValuePool
{
    private const int Smallest = -16;
    private const int Largest = 1024;
    private static readonly object[] Small = [.. Enumerable.Range(Smallest, Largest - Smallest).Select(n => (object)(long)n)];
    private readonly Dictionary<Guid, object> guids = [];
    private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);

    public static object Of(long value) => value is >= Smallest and < Largest ? Small[value - Smallest] : value;

    public object Of(Guid value)
    {
        if (!guids.TryGetValue(value, out var boxed))
        {
            guids.Add(value, boxed = value);
        }
        return boxed;
    }

    public string Of(string value)
    {
        if (!texts.TryGetValue(value, out var same))
        {
            texts.Add(value, same = value);
        }
        return same;
    }
}
