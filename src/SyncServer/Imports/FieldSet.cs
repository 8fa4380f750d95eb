using System.Text.RegularExpressions;

namespace Bookmine.SyncServer.Imports;

/// <summary>What a field is for, where a column that is taken for nothing would do harm.</summary>
internal enum FieldRole
{
    Describes,
    Identifies,
    Prices,
    Counts,
}

/// <summary>A field that a file may fill.</summary>
/// <param name="Called">What else files call it: letters and digits alone, in small letters, the likeliest first.</param>
internal sealed record Field(string Name, FieldRole Role, params string[] Called);

/// <summary>The fields of one kind of file, and the names that other programs give them.</summary>
/// <param name="Required">Of these groups, one field each.</param>
internal sealed partial record FieldSet(IReadOnlyList<Field> Fields, IReadOnlyList<IReadOnlyList<string>> Required)
{
    private static readonly Field Code = new("code", FieldRole.Identifies, "sku", "stockcode", "itemcode", "productcode", "itemnumber",
        "variantsku", "stockno", "listingid");
    private static readonly Field Isbn13 = new("isbn13", FieldRole.Identifies, "isbn", "isbnean", "isbnnumber", "eanisbn");
    private static readonly Field Isbn10 = new("isbn10", FieldRole.Identifies, "isbn");
    private static readonly Field Ean = new("ean", FieldRole.Identifies, "ean13", "gtin", "gtin13", "upc", "barcode", "variantbarcode", "gtinupceanorisbn");
    private static readonly Field Branch = new("branch", FieldRole.Describes, "shop", "store", "location", "site");
    private static readonly Field OnHand = new(
        "on_hand", FieldRole.Counts, "qty", "quantity", "stock", "counted", "copies", "instock", "stocklevel", "stockonhand", "qtyonhand", "quantityonhand",
        "currentquantity", "variantinventoryqty", "inventoryquantity", "count");

    public static readonly FieldSet Stock = new(
        [
            Code, Isbn13, Isbn10, Ean, Branch,
            new("title", FieldRole.Describes, "booktitle", "name", "itemname", "productname", "item", "product"),
            new("authors", FieldRole.Describes, "author", "authorname", "by", "writer", "contributor", "contributors", "creator"),
            new("publisher", FieldRole.Describes, "imprint", "publishername"),
            new("year", FieldRole.Describes, "yearpublished", "publicationyear", "pubyear", "publicationdate", "pubdate", "published",
                "originalpublicationyear"),
            new("binding", FieldRole.Describes, "format", "cover", "bindingtype"),
            new("condition", FieldRole.Describes, "bookcondition", "itemcondition", "grade"),
            new("category", FieldRole.Describes, "categories", "genre", "subject", "section", "department", "shelf", "producttype", "type"),
            new("price_cents", FieldRole.Prices, "cents"),
            new("price", FieldRole.Prices, "rrp", "sellprice", "sellingprice", "retailprice", "retail", "listprice", "unitprice", "regularprice",
                "variantprice", "saleprice"),
            new("tax_rate", FieldRole.Prices, "taxrate", "vat", "vatrate", "gst", "gstrate", "taxpercent", "tax"),
            OnHand,
        ],
        [["title"]]);

    public static readonly FieldSet Counted = new(
        [Code, Isbn13, Isbn10, Ean, Branch, new("title", FieldRole.Describes), new("condition", FieldRole.Describes), OnHand,
            new("counted_at", FieldRole.Counts, "countedat", "at", "time")],
        [["code", "isbn13", "isbn10", "ean"], ["on_hand"]]);

    public static readonly FieldSet Contact = new(
        [
            new("name", FieldRole.Identifies, "fullname", "customername", "contactname", "customer", "contact", "displayname", "companyname"),
            new("first_name", FieldRole.Identifies, "givenname", "forename"), new("last_name", FieldRole.Identifies, "surname", "familyname"),
            new("email", FieldRole.Identifies, "emailaddress", "mail"),
            new("phone", FieldRole.Identifies, "mobile", "telephone", "tel", "phonenumber", "mobilenumber", "mobilephone", "cell"),
            new("address", FieldRole.Describes, "addressline1", "street", "postaladdress", "defaultaddressaddress1"),
            new("notes", FieldRole.Describes, "note", "comment", "comments"),
            new("kind", FieldRole.Describes),
        ],
        [["name", "first_name", "last_name"]]);

    /// <summary>Whether a header is rather one of another kind: it has that kind's fields, and of its own only what anything has.</summary>
    public bool IsAnothers(IReadOnlyList<string> header) => this != Contact
        && header.Any(h => Contact.Of(h).Any(f => f.Rank == 0 && f.Field.Name is "email" or "phone" or "last_name"))
        && !header.Any(h => Of(h).Any(f => f.Field.Role != FieldRole.Describes));

    /// <summary>What the header calls it, as names are compared.</summary>
    public static string Plain(string header) => string.Concat(Bracketed().Replace(header, "").Where(char.IsLetterOrDigit)).ToLowerInvariant();

    public Field? Named(string name) => Fields.FirstOrDefault(f => f.Name == name);

    /// <summary>The fields that a header may name, the likeliest first: 0 for a field's own name.</summary>
    public IEnumerable<(Field Field, int Rank)> Of(string header)
    {
        var plain = Plain(header);
        return plain.Length == 0 ? [] : Fields.Select(f => (Field: f, Rank: plain == Plain(f.Name) ? 0 : Array.IndexOf(f.Called, plain) + 1))
            .Where(f => f.Rank > 0 || plain == Plain(f.Field.Name)).OrderBy(f => f.Rank);
    }

    /// <summary>What a column that is not understood seems to be for, by its name and its first cells.</summary>
    public static FieldRole? Suspected(string header, IReadOnlyList<string> cells)
    {
        var plain = header.ToLowerInvariant();
        var filled = cells.Select(c => Cells.Text(c) ?? "").Where(c => c.Length > 0).ToList();
        return Identifying().IsMatch(plain) || (filled.Count > 0 && filled.Count(IsNumberOfItem) * 2 > filled.Count) ? FieldRole.Identifies
            : Pricing().IsMatch(plain) || (filled.Count > 0 && filled.Count(Cells.IsPriced) * 2 > filled.Count) ? FieldRole.Prices
            : null;
    }

    private static bool IsNumberOfItem(string cell) => Cells.Number(cell) is var number
        && (Bookmine.Schema.Isbn.IsEan(number) || (number.Length is 10 or 13 && Bookmine.Schema.Isbn.TryParse(number, out _)));

    [GeneratedRegex(@"\([^)]*\)|\[[^\]]*\]")]
    private static partial Regex Bracketed();

    [GeneratedRegex("isbn|ean\\b|gtin|upc|barcode|\\bsku\\b")]
    private static partial Regex Identifying();

    [GeneratedRegex("price|prix|preis|precio|prezzo|\\brrp\\b|cents|[£€$]")]
    private static partial Regex Pricing();
}
