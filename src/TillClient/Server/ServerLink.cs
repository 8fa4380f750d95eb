using Bookmine.Sync.Orchestrators;
using Bookmine.TillClient.Files;

namespace Bookmine.TillClient.Server;

/// <summary>The till's line to its server: the requests, and the state machine that every call moves. Safe for several threads.</summary>
internal sealed class ServerLink : IDisposable
{
    private readonly Lock gate = new();
    private readonly Connection connection;
    private readonly TillHttp http;
    private readonly string folder;

    public ServerLink(string folder, TillIdentity identity, Connection connection)
    {
        (this.folder, this.connection) = (folder, connection);
        http = new TillHttp(identity.Server, identity);
        Channel = new HttpServerChannel(http);
        Shop = new ShopClient(http);
    }

    public HttpServerChannel Channel { get; }

    public ShopClient Shop { get; }

    public int Requests => http.Requests;

    public ConnectionState State => Locked(() => connection.State);

    /// <summary>Whether to call the server now.</summary>
    public bool MayTry => Locked(() => connection.MayTry);

    /// <summary>What went wrong at the last call, also of an earlier program; null once the server was reached.</summary>
    public string? LastError => Locked(() => connection.LastError) ?? LastErrorFile.Read(folder);

    /// <summary>Calls the server and moves the state machine by what comes of it.</summary>
    public async Task<T> TryAsync<T>(Func<Task<T>> call)
    {
        try
        {
            var result = await call().ConfigureAwait(false);
            Locked(() =>
            {
                connection.Reached();
                LastErrorFile.Clear(folder);
                return true;
            });
            return result;
        }
        catch (Exception e) when (e is not (OperationCanceledException or DownloadBusyException or TillException))
        {
            Locked(() =>
            {
                connection.Lost(e.Message);
                LastErrorFile.Write(folder, e.Message);
                return true;
            });
            throw;
        }
    }

    public void Dispose() => http.Dispose();

    private T Locked<T>(Func<T> work)
    {
        lock (gate)
        {
            return work();
        }
    }
}
