namespace Bookmine.SyncServer.Pages.Parts;

/// <summary>A column of a <see cref="DataTable{T}"/>.</summary>
/// <param name="Text">What it shows, and what goes into a file.</param>
/// <param name="Order">What it is sorted by; null for its text.</param>
/// <param name="IsNumber">Whether it stands to the right.</param>
/// <param name="Cell">What is drawn, where that is more than the text.</param>
/// <param name="IsMinor">Whether a narrow screen leaves it out.</param>
/// <param name="IsLong">Whether it holds sentences.</param>
public sealed record ListColumn<T>(
    string Head, Func<T, string> Text, Func<T, IComparable?>? Order = null, bool IsNumber = false,
    Microsoft.AspNetCore.Components.RenderFragment<T>? Cell = null, bool IsMinor = false,
    bool IsLong = false);

/// <summary>Columns of the usual kinds.</summary>
public static class ListColumn
{
    public static ListColumn<T> Cents<T>(string head, Func<T, long?> cents, bool isMinor = false) => new(
        head, row => cents(row) is { } amount ? Shell.Local.Cents(amount) : "", row => cents(row) ?? long.MinValue, IsNumber: true, IsMinor: isMinor);

    public static ListColumn<T> Count<T>(string head, Func<T, long> count, bool isMinor = false) =>
        new(head, row => Shell.Local.Count(count(row)), row => count(row), IsNumber: true, IsMinor: isMinor);
}
