using System.Globalization;
using Bookmine.Schema;

namespace Bookmine.SyncServer.Imports;

/// <summary>One row of a stock file, read and found sound.</summary>
internal sealed record StockRow(
    string? Code, long? Isbn13, string? Isbn10, string Title, string? Authors, string? Publisher, long? Year, string? Binding,
    string? Condition, string? Category, long? PriceCents, long? TaxRateBp, long? OnHand)
{
    public static readonly string[] Columns =
    [
        "code", "isbn13", "isbn10", "title", "authors", "publisher", "year", "binding", "condition", "category", "price_cents", "tax_rate", "on_hand",
    ];

    private const long MostOnHand = 1_000_000;

    /// <summary>Reads the row at hand.</summary>
    /// <param name="fault">What is wrong with it; null when nothing is.</param>
    public static StockRow? Read(CsvSource csv, out string? fault)
    {
        fault = Fault(csv, out var isbn, out var year, out var price, out var tax, out var onHand);
        return fault is not null ? null : new StockRow(
            csv["code"], isbn, isbn is null ? null : Isbn.ToTen(isbn.Value), csv["title"]!, csv["authors"], csv["publisher"], year,
            csv["binding"], csv["condition"], csv["category"], price, tax, onHand);
    }

    private static string? Fault(CsvSource csv, out long? isbn, out long? year, out long? price, out long? tax, out long? onHand)
    {
        (isbn, year, price, tax, onHand) = (null, null, null, null, null);
        if (csv["title"] is null)
        {
            return "has no title";
        }
        if (Columns.Select(c => Unfit(c, csv[c])).FirstOrDefault(f => f is not null) is { } unfit)
        {
            return unfit;
        }
        if ((csv["isbn13"] ?? csv["isbn10"]) is { } text)
        {
            if (!Isbn.TryParse(text, out var number))
            {
                return $"{text} is not an ISBN (its check digit or its length is wrong); leave it empty for a title without one";
            }
            isbn = number;
        }
        return Whole(csv, "year", -4_000, 3_000, "a year such as 1987", out year)
            ?? Whole(csv, "price_cents", 0, Money.MostCents, "a price in whole cents without separators, such as 1795", out price)
            ?? Rate(csv, out tax)
            ?? Whole(csv, "on_hand", -MostOnHand, MostOnHand, "a whole number of copies", out onHand);
    }

    private static string? Unfit(string column, string? text) =>
        text?.Contains('\0') == true ? $"{column} holds U+0000"
        : BookmineSetup.Stock.Ordinal(column) >= 0 ? BookmineSetup.Stock[column].TooLong(text) : null;

    private static string? Whole(CsvSource csv, string column, long least, long most, string wanted, out long? value)
    {
        value = null;
        if (csv[column] is not { } text)
        {
            return null;
        }
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
        {
            return $"{column} is “{text}”, not {wanted}";
        }
        value = number;
        return null;
    }

    private static string? Rate(CsvSource csv, out long? basisPoints)
    {
        basisPoints = null;
        if (csv["tax_rate"] is not { } text)
        {
            return null;
        }
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) || rate > 100)
        {
            return $"tax_rate is “{text}”, not per cent such as 20 or 8.1";
        }
        basisPoints = (long)(rate * 100);
        return null;
    }
}
