using System.CommandLine;
using Bookmine.Schema;

namespace Bookmine.SyncServer.Commands;

/// <summary>The options <c>--from DAY --to DAY</c>.</summary>
internal static class DayRange
{
    public static readonly Option<string?> From = new("--from") { Description = "The first day, such as 2026-11-01" };
    public static readonly Option<string?> To = new("--to") { Description = "The last day" };

    public static (int From, int To) Read(CommandContext context) => (Day(context.Get(From), 0), Day(context.Get(To), 99_999_999));

    private static int Day(string? text, int otherwise) =>
        text is null ? otherwise
        : BranchDay.TryParse(text, out var day) ? day
        : throw new ShopException($"{text} is no day. Write days as 2026-11-23.");
}
