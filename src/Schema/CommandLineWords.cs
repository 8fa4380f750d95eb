using System.Text.RegularExpressions;

namespace Bookmine.Schema;

/// <summary>What is wrong with a command line, without the names of this program's types in it.</summary>
public static partial class CommandLineWords
{
    /// <summary>Says of a value that cannot be read what it should be: “'5,5' is no number (--tax-rate)”.</summary>
    /// <param name="message">As the parser of command lines words it.</param>
    public static string Plain(string message) => Unreadable().Match(message) is { Success: true } fault
        ? $"“{fault.Groups["value"].Value}” is no {Kind(fault.Groups["type"].Value)} ({fault.Groups["place"].Value})."
        : message;

    private static string Kind(string type) =>
        type.Contains("Int64", StringComparison.Ordinal) || type.Contains("Int32", StringComparison.Ordinal) ? "whole number"
        : type.Contains("Decimal", StringComparison.Ordinal) || type.Contains("Double", StringComparison.Ordinal) ? "number; its decimal sign is a point"
        : type.Contains("Guid", StringComparison.Ordinal) ? "id as lists show them"
        : type.Contains("Date", StringComparison.Ordinal) ? "day such as 2026-11-29"
        : "value that can stand here";

    [GeneratedRegex(
        "^Cannot parse argument '(?<value>.*)' for (?:option|command) '(?<place>[^']+)' as expected type '(?<type>[^']+)'\\.?$", RegexOptions.Singleline)]
    private static partial Regex Unreadable();
}
