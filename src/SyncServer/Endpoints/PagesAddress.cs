using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>
/// The pages' address of their own, where they have one: browsers take no certificate that a server has made for itself, and a shop may want its pages
/// reached from elsewhere than its tills. There the pages are answered and nothing else, and at the tills' addresses everything else.
/// </summary>
internal sealed class PagesAddress(ServerOptions options, IServiceProvider services)
{
    private readonly Lock gate = new();
    private int? port;
    private (DateTime At, SslStreamCertificateContext Context)? read;

    /// <summary>What marks an endpoint as one of the pages.</summary>
    public sealed record OfPages;

    /// <summary>Where the pages are, once the server listens; null where they are with all else. The metrics' address is the last, and this is before it.</summary>
    public string? Url => options.Pages is null ? null
        : services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(^(options.Metrics is null ? 1 : 2));

    /// <summary>Whether what is asked for is answered at the address where it is asked.</summary>
    public bool Answers(HttpContext context) => options.Pages is null || context.GetEndpoint() is not { } endpoint
        || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
        || IsHere(context.Connection.LocalPort) == (endpoint.Metadata.GetMetadata<OfPages>() is not null);

    /// <summary>The certificate of the pages' address, read again when its file has changed; for all else the server's own.</summary>
    public void Authenticate(ConnectionContext connection, SslServerAuthenticationOptions ssl)
    {
        if (options.PagesCertificate is { } pem && connection.LocalEndPoint is IPEndPoint local && IsHere(local.Port))
        {
            ssl.ServerCertificateSelectionCallback = null;
            ssl.ServerCertificateContext = Certificate(pem);
        }
    }

    /// <exception cref="ShopException">It is no address, or its certificate is none.</exception>
    public static void Require(ServerOptions options)
    {
        if (options.Pages is null && options.PagesCertificate is not null)
        {
            throw new ShopException("--pages-certificate is of --pages, the pages' address, and there is none. Give both.");
        }
        if (options.Pages is not { } pages)
        {
            return;
        }
        if (pages.Contains(';', StringComparison.Ordinal) || !Uri.TryCreate(pages, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new ShopException($"“{pages}” is no address for the pages. Give one such as http://127.0.0.1:5090.");
        }
        if (options.PagesCertificate is not { } pem)
        {
            return;
        }
        if (address.Scheme != "https")
        {
            throw new ShopException($"{pages} is plain HTTP, and wants no certificate. Write https:// for it.");
        }
        try
        {
            Read(pem).Dispose();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ShopException(
                $"{pem} cannot be used for the pages: {e.Message.TrimEnd('.')}. It is to hold the certificate, those between it and its authority, "
                + "and its private key, as PEM.");
        }
    }

    private bool IsHere(int local) => local == (port ??= Url is { } url ? new Uri(url).Port : 0);

    private SslStreamCertificateContext Certificate(string pem)
    {
        lock (gate)
        {
            var at = File.GetLastWriteTimeUtc(pem);
            if (read?.At != at)
            {
                var chain = new X509Certificate2Collection();
                chain.ImportFromPemFile(pem);
                read = (at, SslStreamCertificateContext.Create(Read(pem), chain, offline: true));
            }
            return read!.Value.Context;
        }
    }

    private static X509Certificate2 Read(string pem) => X509Certificate2.CreateFromPemFile(pem);
}
