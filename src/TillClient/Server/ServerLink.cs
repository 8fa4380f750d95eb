using Bookmine.Sync.Files;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.TillClient.Files;

namespace Bookmine.TillClient.Server;

/// <summary>The till's line to its server: the requests, and the state machine that every call moves. Safe for several threads.</summary>
internal sealed class ServerLink : IDisposable
{
    private readonly Lock gate = new();
    private readonly Connection connection;
    private readonly ServerLine line;
    private readonly LastErrorFile lastError;

    public ServerLink(IFileStore files, string folder, ServerLine line, Connection connection)
    {
        (this.line, this.connection) = (line, connection);
        lastError = new LastErrorFile(files, folder);
    }

    public IServerChannel Channel => line.Channel;

    public IShopChannel Shop => line.Shop;

    /// <summary>Why the server posts nothing, as it said last; null where it does.</summary>
    public PutOff? PutOff { get => Locked(() => field); set => Locked(() => field = value); }

    /// <summary>Why this till gets no records, as the server said last; null where it does.</summary>
    public string? Withheld { get => Locked(() => field); set => Locked(() => field = value); }

    public int Requests => line.Channel.Requests;

    public ConnectionState State => Locked(() => connection.State);

    /// <summary>Whether to call the server now.</summary>
    public bool MayTry => Locked(() => connection.MayTry);

    /// <summary>What went wrong at the last call, also of an earlier program; null once the server was reached.</summary>
    public string? LastError => Locked(() => connection.LastError) ?? lastError.Read();

    /// <summary>Calls the server and moves the state machine by what comes of it.</summary>
    public async Task<T> TryAsync<T>(Func<Task<T>> call)
    {
        try
        {
            var result = await call().ConfigureAwait(false);
            Locked(() =>
            {
                connection.Reached();
                lastError.Clear();
                return true;
            });
            return result;
        }
        catch (Exception e) when (e is not (OperationCanceledException or DownloadBusyException or TillException))
        {
            Locked(() =>
            {
                connection.Lost(e.Message);
                lastError.Write(e.Message);
                return true;
            });
            throw;
        }
    }

    public void Dispose() => line.Connection.Dispose();

    private T Locked<T>(Func<T> work)
    {
        lock (gate)
        {
            return work();
        }
    }
}
