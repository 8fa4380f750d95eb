namespace Bookmine.Tests.Support;

/// <summary>What is promised whatever database the records lie in: each engine has a subclass of each suite, in <c>tests/Engines</c>.</summary>
public abstract class ServerSuite(Engine engine)
{
    protected Engine Engine => engine;

    private protected Task<Shop> OpenShopAsync(string zone = "UTC", int mostDownloads = 16, string scheme = "http") => Shop.OpenAsync(zone, mostDownloads, scheme, engine);
}
