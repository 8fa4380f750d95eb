using System.Data.Common;
using Bookmine.Sync.Files;

namespace Bookmine.Sync.Data;

/// <summary>A file's value is not what was written there; the disk has changed it.</summary>
public sealed class DamagedValueException(string message) : Exception(message)
{
    /// <summary>Adds what a file may hold once only, by its key.</summary>
    /// <exception cref="DamagedValueException">It is there twice.</exception>
    public static void AddOnce<TKey, TValue>(Dictionary<TKey, TValue> to, TKey key, TValue value)
        where TKey : notnull
    {
        if (!to.TryAdd(key, value))
        {
            throw new DamagedValueException($"{key} is there twice");
        }
    }

    /// <summary>Whether reading a value failed in a way that only a damaged one makes it fail.</summary>
    public static bool Is(Exception failure) => failure is DamagedValueException or InvalidCastException or FormatException or OverflowException or ArgumentOutOfRangeException
        or Rows.MalformedRowException or TimeZoneNotFoundException or InvalidTimeZoneException;

    /// <summary>Whether a file that is read through a store is damaged, by its database's word or by a value in it.</summary>
    public static bool IsDamage(IFileStore files, Exception failure) => Is(failure) || (failure is DbException refused && files.IsDamage(refused));
}
