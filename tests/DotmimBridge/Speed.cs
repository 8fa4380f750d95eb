namespace Bookmine.DotmimStory;

internal static class Speed
{
    public static Task MeasureAsync(string? database, int sales) => throw new NotImplementedException($"{database} {sales}");
}
