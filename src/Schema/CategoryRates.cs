using System.Globalization;

namespace Bookmine.Schema;

/// <summary>
/// The tax rates of a branch's categories, where they are not the branch's own: a bookshop's books are at one rate and its cards and pens at another. An
/// item's own rate goes before that of its category.
/// </summary>
public sealed class CategoryRates
{
    private const int MostName = 200;
    private readonly SortedDictionary<string, long> rates = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The category's rate in basis points; null where it has none of its own.</summary>
    public long? Of(string? category) => category is not null && rates.TryGetValue(category.Trim(), out var rate) ? rate : null;

    /// <summary>As they are kept: a line each, the rate in basis points and the name; null for none.</summary>
    public string? Kept => rates.Count == 0 ? null
        : string.Join('\n', rates.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Value} {r.Key}")));

    /// <summary>As people write them: <c>Stationery=20; Cards=20</c>.</summary>
    public override string ToString() => string.Join("; ", rates.Select(r => $"{r.Key}={Percent.Format(r.Value)}"));

    /// <param name="kept">As <see cref="Kept"/> gave it.</param>
    public static CategoryRates Read(string? kept)
    {
        var read = new CategoryRates();
        foreach (var line in (kept ?? "").Split('\n'))
        {
            if (line.Split(' ', 2) is [var rate, { Length: > 0 } name] && long.TryParse(rate, NumberStyles.None, CultureInfo.InvariantCulture, out var bp))
            {
                read.rates[name] = bp;
            }
        }
        return read;
    }

    /// <summary>Reads <c>Stationery=20; Cards=20</c>, or a line each.</summary>
    /// <param name="fault">Why it cannot be read, as a whole sentence.</param>
    public static bool TryParse(string text, out CategoryRates read, out string? fault)
    {
        (read, fault) = (new CategoryRates(), null);
        foreach (var part in text.Split(['\n', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.LastIndexOf('=');
            var name = at > 0 ? part[..at].Trim() : "";
            if (name.Length is 0 or > MostName)
            {
                fault = $"“{part}” is no category with its rate. Write each as Stationery=20.";
                return false;
            }
            if (!Percent.TryParse(part[(at + 1)..], out var rate, out fault))
            {
                fault = $"{name}: {fault}";
                return false;
            }
            if (!read.rates.TryAdd(name, rate))
            {
                fault = $"{name} is there twice. Give each category one rate.";
                return false;
            }
        }
        return true;
    }
}
