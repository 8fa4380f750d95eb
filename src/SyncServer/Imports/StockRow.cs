using Bookmine.Schema;

namespace Bookmine.SyncServer.Imports;

/// <summary>What a row says the item is.</summary>
internal sealed record ItemKey(string? Code, long? Isbn13)
{
    /// <summary>Reads the columns that identify. An EAN that is no book's has its place as the code.</summary>
    /// <param name="fault">What is wrong with them; null for nothing.</param>
    public static ItemKey? Read(ImportFile file, out string? fault)
    {
        var code = file["code"] is { } text && text.EndsWith(".0", StringComparison.Ordinal) && text[..^2].All(char.IsAsciiDigit) ? text[..^2] : file["code"];
        fault = null;
        foreach (var column in new[] { "isbn13", "isbn10", "ean" })
        {
            if (file[column] is not { } cell)
            {
                continue;
            }
            var number = ScannedCode.Clean(Cells.Number(cell));
            if (Cells.IsScientific(number))
            {
                fault = $"{column} is “{cell}”, which a spreadsheet has shortened so that digits are lost: show the column as a number without decimals and save it again, or import the .xlsx itself";
                return null;
            }
            if (Isbn.TryParse(number, out var isbn))
            {
                return new ItemKey(code, isbn);
            }
            if (Isbn.ToEan(number) is not { } ean)
            {
                fault = $"{cell} is not an ISBN (its check digit or its length is wrong); leave it empty for a title without one";
                return null;
            }
            code ??= ean;
        }
        return new ItemKey(code, null);
    }
}

/// <summary>One row of a stock file, read and found sound.</summary>
internal sealed record StockRow(
    string? Code, long? Isbn13, string? Isbn10, string Title, string? Authors, string? Publisher, long? Year, string? Binding,
    string? Condition, string? Category, long? PriceCents, long? TaxRateBp, long? OnHand)
{
    private const long LeastRateBp = 100;
    public const long MostOnHand = 1_000_000;

    /// <summary>Reads the row at hand.</summary>
    /// <param name="branch">Number and name of whose file it is.</param>
    /// <param name="fault">What is wrong with it; null when nothing is.</param>
    public static StockRow? Read(ImportFile file, (long Id, string Name) branch, out string? fault)
    {
        var item = ItemKey.Read(file, out fault);
        fault ??= Unfit(file) ?? OfBranch(file, branch);
        var (year, price, tax) = ((long?)null, (long?)null, (long?)null);
        fault ??= ReadYear(file, out year) ?? Price(file, out price) ?? Rate(file, out tax);
        var onHand = (long?)null;
        fault ??= Copies(file, "on_hand", out onHand);
        return fault is not null ? null : new StockRow(
            item!.Code, item.Isbn13, item.Isbn13 is { } isbn ? Isbn.ToTen(isbn) : null, file["title"]!, file["authors"], file["publisher"], year,
            file["binding"], file["condition"], file["category"], price, tax, onHand);
    }

    /// <summary>A whole number of copies.</summary>
    public static string? Copies(ImportFile file, string field, out long? copies)
    {
        copies = null;
        if (file[field] is not { } text)
        {
            return null;
        }
        if (!Cells.TryWhole(text, out var number) || number is < -MostOnHand or > MostOnHand)
        {
            return $"{field} is “{text}”, not a whole number of copies";
        }
        copies = number;
        return null;
    }

    /// <summary>A file of one branch has no rows of another.</summary>
    public static string? OfBranch(ImportFile file, (long Id, string Name) branch) =>
        file["branch"] is not { } text || string.Equals(text, branch.Name, StringComparison.OrdinalIgnoreCase)
            || text == FormattableString.Invariant($"{branch.Id}")
            ? null : $"is of branch “{text}”, and the file is imported for {branch.Name}";

    private static string? Unfit(ImportFile file)
    {
        if (file["title"] is null)
        {
            return "has no title";
        }
        foreach (var column in new[] { "code", "title", "authors", "publisher", "binding", "condition", "category" })
        {
            var text = file[column];
            if (text?.Contains('\0') == true)
            {
                return $"{column} holds U+0000";
            }
            if (BookmineSetup.Stock[column].TooLong(text) is { } fault)
            {
                return fault;
            }
        }
        return null;
    }

    private static string? ReadYear(ImportFile file, out long? year)
    {
        year = null;
        return file["year"] is not { } text || Cells.TryYear(text, out year) ? null : $"year is “{text}”, not a year such as 1987";
    }

    private static string? Price(ImportFile file, out long? cents)
    {
        cents = null;
        if (file["price_cents"] is { } whole)
        {
            if (!Cells.TryWhole(whole, out var number) || number is < 0 or > Money.MostCents)
            {
                return $"price_cents is “{whole}”, not a price in whole cents without separators, such as 1795";
            }
            cents = number;
        }
        else if (file["price"] is { } text)
        {
            if (!Cells.TryPrice(text, out var number, out var fault) || number < 0)
            {
                return $"price is “{text}”, which {fault ?? "is less than nothing"}; a price is such as 17.95";
            }
            cents = number;
        }
        return null;
    }

    private static string? Rate(ImportFile file, out long? basisPoints)
    {
        basisPoints = null;
        if (file["tax_rate"] is not { } text)
        {
            return null;
        }
        var isRate = Percent.TryParse(text, out var rate, out var fault);
        basisPoints = isRate ? rate : null;
        return !isRate ? $"tax_rate: {fault!.TrimEnd('.')}"
            : rate is > 0 and < LeastRateBp ? $"tax_rate is “{text}”, less than one per cent: is it a share of one? Write per cent, such as 20"
            : null;
    }
}
