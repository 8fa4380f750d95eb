using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Bookmine.TillClient.Commands;

/// <summary>Reads a file of JSON lines, or standard input, a line at a time, whatever its length.</summary>
internal static class JsonLines
{
    private const int MostLineCharacters = 1024 * 1024;

    /// <exception cref="TillException">The file is not there.</exception>
    public static void Require(string file)
    {
        if (file != "-" && !File.Exists(file))
        {
            throw new TillException($"There is no file {file}.");
        }
    }

    /// <returns>For each line that is not empty its number, and the draft or what is wrong with it.</returns>
    public static IEnumerable<(int Line, T? Draft, RefusedOutput? Refused)> Read<T>(string file, JsonTypeInfo<T> type)
        where T : class
    {
        using var reader = file == "-" ? Console.In : new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: false));
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length > MostLineCharacters)
            {
                yield return (number, null, new RefusedOutput(number, $"the line has {line.Length:N0} characters", "Split it; a line is one record."));
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Parse(number, line, type);
            }
        }
    }

    private static (int Line, T? Draft, RefusedOutput? Refused) Parse<T>(int number, string line, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) is { } draft
                ? (number, draft, null)
                : (number, null, new RefusedOutput(number, "the line is null", "Give an object, or leave the line out."));
        }
        catch (JsonException e)
        {
            var where = e.Path is { Length: > 1 } path ? $" at {path[2..]}" : "";
            return (number, null, new RefusedOutput(
                number, $"the line is not a record{where}: {Short(e.Message)}", "Mend the line (is the file whole?) and give it again; the other lines are not touched by it."));
        }
    }

    /// <summary>The JSON reader's reason in the words of a sales file.</summary>
    private static string Short(string message) =>
        message.Contains("could not be mapped", StringComparison.Ordinal) ? $"there is no field {message.Split('\'')[1]}"
        : message.Contains("could not be converted", StringComparison.Ordinal) ? "the value is of the wrong kind (text in quotes, numbers without)"
        : message.Split(" Path:")[0].Split(" LineNumber:")[0];
}
