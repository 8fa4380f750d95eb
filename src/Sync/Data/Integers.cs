namespace Bookmine.Sync.Data;

/// <summary>A statement's first column as a list.</summary>
public static class Integers
{
    public static List<long> IntegersOf(this Session session, string sql, params ReadOnlySpan<object?> values)
    {
        var all = new List<long>();
        using var reader = session.Query(sql, values);
        while (reader.Read())
        {
            all.Add(reader.GetInt64(0));
        }
        return all;
    }
}
