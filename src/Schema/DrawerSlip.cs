namespace Bookmine.Schema;

/// <summary>What a Z reading's slip calls the figures that are read from it again.</summary>
public static class DrawerSlip
{
    public const string Expected = "cash that should be there";
    public const string Counted = "counted";

    /// <summary>An amount of a printed slip, in cents; null where it has none of that name.</summary>
    public static long? Read(string slip, string name)
    {
        foreach (var line in slip.Split('\n'))
        {
            var text = line.Trim();
            if (text.StartsWith(name + " ", StringComparison.Ordinal) && Money.TryParse(text[name.Length..].Trim(), out var cents))
            {
                return cents;
            }
        }
        return null;
    }
}
