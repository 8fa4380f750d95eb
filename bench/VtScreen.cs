using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Bookmine.Bench;

/// <summary>What a terminal shows after the bytes it was sent: places and text, without colours. Enough for a program that addresses its cells.</summary>
internal sealed class VtScreen
{
    public const int Rows = 25;
    public const int Columns = 80;
    private readonly char[][] cells = [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Repeat(' ', Columns).ToArray())];
    private readonly StringBuilder sequence = new();
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly char[] decoded = new char[70_000];
    private StringBuilder? answer;
    private int row;
    private int column;
    private bool isEscape;

    /// <summary>When bytes were taken last, by the stopwatch.</summary>
    public long At { get; private set; }

    public string Row(int number) => new(cells[number]);

    public override string ToString() => string.Join('\n', cells.Select(c => new string(c).TrimEnd()));

    /// <returns>What a terminal answers to what it was asked; null for nothing.</returns>
    public string? Take(ReadOnlySpan<byte> bytes)
    {
        answer = null;
        var count = decoder.GetChars(bytes, decoded, flush: false);
        foreach (var character in decoded.AsSpan(0, count))
        {
            Take(character);
        }
        At = Stopwatch.GetTimestamp();
        return answer?.ToString();
    }

    private void Take(char character)
    {
        if (isEscape)
        {
            sequence.Append(character);
            if (IsComplete())
            {
                Do(sequence.ToString());
                sequence.Clear();
                isEscape = false;
            }
            return;
        }
        switch (character)
        {
            case '\u001b': isEscape = true; break;
            case '\r': column = 0; break;
            case '\n': row = Math.Min(row + 1, Rows - 1); break;
            case < ' ': break;
            default:
                if (column < Columns)
                {
                    cells[row][column++] = character;
                }
                break;
        }
    }

    private bool IsComplete() => sequence[0] switch
    {
        '[' => sequence.Length > 1 && sequence[^1] is >= '@' and <= '~',
        ']' or 'P' or '_' => sequence[^1] == '\u0007' || (sequence.Length > 2 && sequence[^1] == '\\'),
        '(' or ')' or '#' => sequence.Length > 1,
        _ => true,
    };

    private void Do(string text)
    {
        if (text[0] != '[')
        {
            return;
        }
        var numbers = text[1..^1].TrimStart('?', '>').Split(';').Select(n => int.TryParse(n, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        switch (text[^1])
        {
            case 'H' or 'f':
                (row, column) = (Math.Clamp(Math.Max(numbers[0], 1) - 1, 0, Rows - 1), Math.Clamp((numbers.Length > 1 ? Math.Max(numbers[1], 1) : 1) - 1, 0, Columns - 1));
                break;
            case 'C': column = Math.Min(column + Math.Max(numbers[0], 1), Columns - 1); break;
            case 'J' when numbers[0] is 2 or 3:
                foreach (var line in cells)
                {
                    Array.Fill(line, ' ');
                }
                break;
            case 'K': Array.Fill(cells[row], ' ', column, Columns - column); break;
            case 't' when numbers[0] == 18: (answer ??= new StringBuilder()).Append(CultureInfo.InvariantCulture, $"\u001b[8;{Rows};{Columns}t"); break;
            case 'n' when numbers[0] == 6: (answer ??= new StringBuilder()).Append(CultureInfo.InvariantCulture, $"\u001b[{row + 1};{column + 1}R"); break;
            case 'c': (answer ??= new StringBuilder()).Append("\u001b[?62;22c"); break;
        }
    }
}
