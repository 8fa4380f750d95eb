namespace Bookmine.Sync.Setup;

/// <summary>Writes a table's definition as a few readable lines.</summary>
public sealed class TableBuilder(int number, string name)
{
    private readonly List<Column> columns = [];
    private readonly List<ReplicaIndex> indexes = [];
    private string[] key = [];
    private string[] searched = [];
    private BucketRule? bucket;
    private Direction direction = Direction.Download;

    public TableBuilder Integer(int column, string named, bool nullable = false) => Add(column, named, ColumnType.Integer, nullable);

    public TableBuilder Guid(int column, string named, bool nullable = false) => Add(column, named, ColumnType.Guid, nullable);

    public TableBuilder Text(int column, string named, bool nullable = false) => Add(column, named, ColumnType.Text, nullable);

    /// <summary>The column before is money in cents, of either sign.</summary>
    public TableBuilder Cents() => Change(c => c with { Meaning = Meaning.Cents });

    /// <summary>The column before is money in cents, never negative.</summary>
    public TableBuilder Price() => Change(c => c with { Meaning = Meaning.Price });

    /// <summary>The column before is a count.</summary>
    public TableBuilder Quantity() => Change(c => c with { Meaning = Meaning.Quantity });

    /// <summary>The column before is in basis points.</summary>
    public TableBuilder Rate() => Change(c => c with { Meaning = Meaning.Rate });

    /// <summary>The column before is in Unix milliseconds.</summary>
    public TableBuilder Instant() => Change(c => c with { Meaning = Meaning.Instant });

    /// <summary>The column before is a number of milliseconds from one moment to another.</summary>
    public TableBuilder Span() => Change(c => c with { Meaning = Meaning.Span });

    /// <summary>The column before is a calendar's day.</summary>
    public TableBuilder Day() => Change(c => c with { Meaning = Meaning.Day });

    /// <summary>What is entered into the column before has at most so many characters.</summary>
    public TableBuilder Most(int characters) => Change(c => c with { MostCharacters = characters });

    /// <summary>The server alone decides the column before.</summary>
    public TableBuilder ByServer() => Change(c => c with { IsByServer = true });

    public TableBuilder Key(params string[] columnNames)
    {
        key = columnNames;
        return this;
    }

    public TableBuilder InBucket(string template, string? onlyWith = null)
    {
        bucket = new BucketRule(template, onlyWith);
        return this;
    }

    /// <summary>Uploaded and never downloaded.</summary>
    public TableBuilder OnServerOnly()
    {
        bucket = BucketRule.ServerOnly;
        return this;
    }

    public TableBuilder UploadedByClients()
    {
        direction = Direction.Both;
        return this;
    }

    public TableBuilder Index(params string[] columnNames)
    {
        indexes.Add(new ReplicaIndex(columnNames));
        return this;
    }

    public TableBuilder Search(params string[] columnNames)
    {
        searched = columnNames;
        return this;
    }

    public SyncTable Build() => new(
        number, name, columns.ToArray(), key,
        bucket ?? throw new InvalidOperationException($"Table {name} has no bucket."), direction, indexes, searched);

    private TableBuilder Add(int column, string named, ColumnType type, bool nullable)
    {
        if (columns.Exists(c => c.Number == column || c.Name == named))
        {
            throw new ArgumentException($"Table {name}: column {column} {named} is there twice.");
        }
        columns.Add(new Column(column, named, type, nullable, columns.Count));
        return this;
    }

    private TableBuilder Change(Func<Column, Column> change)
    {
        columns[^1] = change(columns[^1]);
        return this;
    }
}
