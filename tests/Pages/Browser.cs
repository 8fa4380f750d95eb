using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Bookmine.Tests.Pages;

/// <summary>A real browser, Debian's Chromium, started once for all tests of pages; where there is none they are skipped, visibly.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private static readonly string[] Standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
    private IPlaywright? playwright;
    private IBrowser? browser;

    public static string? Program => Environment.GetEnvironmentVariable("BOOKMINE_TEST_CHROMIUM") ?? Array.Find(Places, File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Program is { } program)
        {
            playwright = await Playwright.CreateAsync();
            browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
        }
    }

    /// <summary>A window of somebody's own, with no cookies.</summary>
    internal async Task<Window> OpenAsync(string root, bool isPhone = false, bool isDark = false)
    {
        Assert.SkipWhen(browser is null, "needs Chromium: apt-get install chromium");
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = isPhone ? new ViewportSize { Width = 390, Height = 780 } : new ViewportSize { Width = 1280, Height = 800 },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light, AcceptDownloads = true,
        });
        return await Window.OpenAsync(context, root);
    }

    /// <summary>What keeps the page from being used with a keyboard, a screen reader or weak eyes.</summary>
    internal static async Task NoBarriersAsync(IPage page)
    {
        var found = (await page.RunAxe(new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "tag", Values = [.. Standards] } })).Violations;
        Assert.True(found.Length == 0, string.Join('\n', found.Select(v =>
            $"{new Uri(page.Url).PathAndQuery}: {v.Id}, {v.Nodes.Length} times, such as {v.Nodes[0].Html}")));
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }
        playwright?.Dispose();
    }
}

/// <summary>A browser's window on one shop, which remembers what the page complained of and whom else it asked.</summary>
internal sealed class Window : IAsyncDisposable
{
    // As many as a machine needs that runs all tests at once.
    private const float Patience = 60_000;
    private readonly IBrowserContext context;
    private readonly string root;

    private Window(IBrowserContext context, IPage page, string root) => (this.context, Page, this.root) = (context, page, root);

    public IPage Page { get; }

    public List<string> Complaints { get; } = [];

    public static async Task<Window> OpenAsync(IBrowserContext context, string root)
    {
        var window = new Window(context, await context.NewPageAsync(), root.TrimEnd('/'));
        window.Page.SetDefaultTimeout(Patience);
        window.Page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                window.Complaints.Add(message.Text);
            }
        };
        window.Page.PageError += (_, error) => window.Complaints.Add(error);
        window.Page.Response += (_, response) =>
        {
            if (response.Status >= 400 && !response.Request.IsNavigationRequest)
            {
                window.Complaints.Add($"{response.Status} for {response.Url}");
            }
        };
        window.Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(window.root, StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                window.Complaints.Add("asked " + request.Url);
            }
        };
        return window;
    }

    public async Task SignInAsync(string name, string password, string path = "/sign-in")
    {
        await Page.GotoAsync(root + path);
        await Page.FillAsync("#name", name);
        await Page.FillAsync("#password", password);
        // A click waits for no answer, and what is asked next would break the sign-in off.
        var answered = Page.WaitForResponseAsync(r => r.Request.Method == "POST");
        await Page.ClickAsync("button");
        await answered;
        await Page.WaitForLoadStateAsync();
    }

    /// <summary>Goes to an address and waits until the page is whole and alive.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(root + path);
        await Page.Locator("h1").First.WaitForAsync();
        await AliveAsync();
    }

    /// <summary>Waits until the page's own line to the server is there, without which nothing can be pressed.</summary>
    public async Task AliveAsync()
    {
        await Page.WaitForFunctionAsync(
            "() => !document.querySelector('.office') || (document.querySelector('.office[data-live=true]') && !document.querySelector('.loading'))");
    }

    public async Task<string> TextAsync() => await Page.InnerTextAsync("main");

    /// <summary>Waits until the page says something.</summary>
    public Task SaysAsync(string text) => Page.GetByText(text).First.WaitForAsync();

    /// <summary>Chooses a file, as somebody does once the page has woken: what listens for it comes a moment after the page.</summary>
    /// <param name="says">What is seen then.</param>
    public async Task ChooseAsync(string input, string file, string says)
    {
        for (var i = 0; ; i++)
        {
            await Page.SetInputFilesAsync(input, file);
            try
            {
                await Page.GetByText(says).First.WaitForAsync(new() { Timeout = 5_000 });
                return;
            }
            catch (TimeoutException) when (i < 10)
            {
                await Page.SetInputFilesAsync(input, Array.Empty<string>());
            }
        }
    }

    public ValueTask DisposeAsync() => new(context.CloseAsync());
}
