namespace Bookmine.Demo;

/// <summary>Tells the story and checks each claim it makes.</summary>
internal sealed class Tale
{
    public int Claims { get; private set; }

    public static void Chapter(string title) => Console.WriteLine($"\n== {title}");

    public static void Tell(string text) => Console.WriteLine($"   {text}");

    /// <exception cref="StoryException">The claim is not true.</exception>
    public void Claim(string claim, bool isTrue)
    {
        if (!isTrue)
        {
            throw new StoryException($"This is not true: {claim}");
        }
        Claims++;
        Console.WriteLine($" ✓ {claim}");
    }

    public void Claim<T>(string claim, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new StoryException($"This is not true: {claim} (expected {expected}, found {actual})");
        }
        Claim(claim, true);
    }
}
