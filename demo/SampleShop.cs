using System.Globalization;
using System.Text;
using Bookmine.Schema;

namespace Bookmine.Demo;

/// <summary>The sample shop's stock and contacts: made up, the same at each run, with valid ISBNs.</summary>
internal static class SampleShop
{
    public const int Titles = 2_400;
    public const int SecondHand = 60;

    private static readonly string[] Openings = ["The", "A", "Our", "Beyond the", "Under the", "Letters from the", "Return to the", "A History of the", "Notes on the", "The Last"];
    private static readonly string[] Qualities = ["Silent", "Crooked", "Blue", "Forgotten", "Northern", "Paper", "Salt", "Winter", "Golden", "Hidden", "Little", "Long"];
    private static readonly string[] Things = ["Harbour", "Garden", "Lighthouse", "Orchard", "Library", "River", "Staircase", "Clock", "Island", "Kitchen", "Railway", "Atlas", "Bridge", "Théâtre", "Café", "Mill", "Valley", "Window", "Market", "Letter"];
    private static readonly string[] Authors = ["Ada Marsh", "Tomas Reed", "Ines Calder", "Zoë Brandt", "Farid Haddad", "Oona Lindqvist", "Pál Kertész", "Mei Tanaka", "José Álvarez", "Ruth O'Dea"];
    private static readonly string[] Categories = ["Fiction", "History", "Travel", "Children", "Art", "Science"];

    /// <summary>The ISBN of a title of the sample, from 0.</summary>
    public static string Isbn(int title)
    {
        var nine = string.Create(CultureInfo.InvariantCulture, $"00{title:d7}");
        var ten = Enumerable.Range(0, 10).Select(d => nine + d).Append(nine + "X").First(t => Schema.Isbn.TryParse(t, out _));
        return Schema.Isbn.TryParse(ten, out var isbn) ? isbn.ToString(CultureInfo.InvariantCulture) : "";
    }

    public static int Price(int title) => 595 + (title * 37 % 40 * 50);

    public static string Title(int title) => $"{Openings[title % 10]} {Qualities[title / 10 % 12]} {Things[title / 120 % 20]}";

    public static void WriteStock(string file)
    {
        var csv = new StringBuilder("isbn13,title,authors,year,binding,condition,category,price_cents,on_hand\n");
        for (var i = 0; i < Titles; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{Isbn(i)},{Title(i)},{Authors[i % 10]},{1960 + (i % 65)},Paperback,,{Categories[i % 6]},{Price(i)},{3 + (i % 9)}\n");
        }
        for (var i = 0; i < SecondHand; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $",\"{Title(i * 31)}, old edition\",{Authors[i % 10]},{1890 + i},Hardback,used,Second-hand,{400 + (i * 25)},1\n");
        }
        File.WriteAllText(file, csv.ToString());
    }

    public static void WriteContacts(string file)
    {
        var csv = new StringBuilder("name,email,phone,address\n");
        for (var i = 0; i < 40; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"Customer {i:d2} {Authors[i % 10].Split(' ')[1]},customer{i:d2}@example.com,0100 {i:d4},{i + 1} Pier Road\n");
        }
        File.WriteAllText(file, csv.ToString());
    }
}
