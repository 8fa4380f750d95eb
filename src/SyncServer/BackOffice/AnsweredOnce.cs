using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>
/// The shop's database for one deed that a program asks for under a name of its own (<c>Idempotency-Key</c>): the answer is written in the deed's own
/// transaction, and whoever asks the same again is given it, and nothing is done twice.
/// </summary>
/// <param name="database">Stays open when this is disposed.</param>
/// <param name="key">Whose.</param>
/// <param name="name">What the program calls this request.</param>
/// <param name="request">All that it asks for.</param>
public sealed class AnsweredOnce(IServerDatabase database, TimeProvider clock, long key, string name, string request) : IServerDatabase
{
    /// <summary>So long an answer is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(72);

    private readonly byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(request));
    private bool isRefused;

    /// <summary>Whether the answer was there already.</summary>
    public bool IsRepeated { get; private set; }

    public string EngineTables => database.EngineTables;

    /// <exception cref="OtherRequestException">Something else was asked for under that name.</exception>
    public T Writing<T>(Func<Session, T> work)
    {
        if (isRefused)
        {
            // The row of the audit log that says so.
            return database.Writing(work);
        }
        try
        {
            return database.Writing(session =>
            {
                if (session.Scalar("SELECT answer FROM answered WHERE api_key = @key AND name = @name", key, name) is string answer)
                {
                    IsRepeated = session.Scalar("SELECT hash FROM answered WHERE api_key = @key AND name = @name", key, name) is byte[] asked
                        && asked.AsSpan().SequenceEqual(hash);
                    return IsRepeated ? JsonSerializer.Deserialize<T>(answer)! : throw new OtherRequestException(name);
                }
                var result = work(session);
                session.Execute(
                    "INSERT INTO answered (api_key, name, hash, answer, at) VALUES (@key, @name, @hash, @answer, @at)", key, name, hash,
                        JsonSerializer.Serialize(result),
                    clock.GetUtcNow().ToUnixTimeMilliseconds());
                return result;
            });
        }
        catch (ShopException)
        {
            isRefused = true;
            throw;
        }
    }

    public bool TrySequencing(Action<Session> work) => database.TrySequencing(work);

    public bool ComesFromData(Exception failure) => database.ComesFromData(failure);

    public T Reading<T>(Func<Session, T> work) => database.Reading(work);

    public IChangeWatch Watch() => database.Watch();

    public IEnumerable<string> Triggers(SyncTable table) => database.Triggers(table);

    public void Dispose()
    {
    }
}

/// <summary>A program asks for something else under a name that it has used.</summary>
public sealed class OtherRequestException(string name) : ShopException(
    $"Something else was asked for under the Idempotency-Key {name}. Give each request a key of its own. Nothing was done.");

/// <summary>The record is not any more as the program believes.</summary>
public sealed class ChangedRecordException(string tag) : ShopException(
    $"The record is not as it was when you looked at it: its tag is {tag} now. Read it again. Nothing was changed.");
