namespace Bookmine.SyncServer.Pages.Parts;

/// <summary>How far the lines of a chart are apart: one, two or five times a power of ten, so that some four are drawn.</summary>
internal static class ChartStep
{
    private const int Lines = 4;

    public static int Of(IEnumerable<double> values)
    {
        var most = Math.Max(values.DefaultIfEmpty().Max(Math.Abs), 1);
        var power = Math.Pow(10, Math.Floor(Math.Log10(most / Lines)));
        return Math.Max((int)(new[] { 1, 2, 5, 10 }.First(n => n * power >= most / Lines) * power), 1);
    }
}
