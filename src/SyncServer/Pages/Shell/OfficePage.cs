using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Bookmine.SyncServer.Pages.Shell;

/// <summary>How a page stands.</summary>
public enum PageState
{
    Loading,
    Ready,

    /// <summary>It is not hers to see.</summary>
    Forbidden,

    /// <summary>It cannot be read at this moment.</summary>
    Failed,
}

/// <summary>
/// What pages of the back office have in common: they load, say why they cannot, load again when something has changed, and do deeds that
/// tell how they ended.
/// </summary>
public abstract class OfficePage : ComponentBase, IDisposable
{
    private IDisposable? news;
    private bool isLoading, isOutdated, isToOpen;

    [Inject]
    private protected Desk Desk { get; set; } = default!;

    [Inject]
    private LiveNews News { get; set; } = default!;

    [Inject]
    private protected NavigationManager Go { get; set; } = default!;

    [Inject]
    private ISnackbar Bar { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "branch")]
    private protected string? BranchOfAddress { get; set; }

    public PageState State { get; private set; } = PageState.Loading;

    /// <summary>Why it cannot be shown.</summary>
    public string? Fault { get; private set; }

    /// <summary>Whether it is loaded again when something was committed.</summary>
    protected virtual bool IsLive => false;

    protected sealed override async Task OnParametersSetAsync()
    {
        Desk.Changed -= Reload;
        Desk.Changed += Reload;
        await LoadNowAsync(opens: true);
        if (IsLive && RendererInfo.IsInteractive)
        {
            news ??= News.Subscribe(() => InvokeAsync(AgainAsync));
        }
    }

    /// <summary>Reads what is shown.</summary>
    protected abstract Task LoadAsync();

    /// <summary>Does something, tells how it ended, and loads again.</summary>
    /// <param name="deed">Says what was done.</param>
    /// <returns>Whether it was done.</returns>
    private protected async Task<bool> TryAsync(Func<Actor, string> deed)
    {
        try
        {
            Bar.Add(ShownText.OfLines(await Desk.DoAsync(deed)), MudBlazor.Severity.Success);
        }
        catch (Exception e) when (WhyNot(e) is { } why)
        {
            Bar.Add(why, MudBlazor.Severity.Error, options => options.RequireInteraction = true);
            if (Desk.IsSignedOut)
            {
                return false;
            }
            await LoadNowAsync(opens: false);
            return false;
        }
        await LoadNowAsync(opens: false);
        return true;
    }

    private protected void Tell(string what) => Bar.Add(what, MudBlazor.Severity.Success);

    private protected void TellFault(string what) => Bar.Add(what, MudBlazor.Severity.Error, options => options.RequireInteraction = true);

    private protected Task AgainAsync() => LoadNowAsync(opens: false);

    private void Reload() => _ = InvokeAsync(AgainAsync);

    private async Task LoadNowAsync(bool opens)
    {
        (isOutdated, isToOpen) = (true, isToOpen || opens);
        // What changes while it is being read is read once more after it.
        if (isLoading)
        {
            return;
        }
        isLoading = true;
        try
        {
            while (isOutdated)
            {
                (isOutdated, opens, isToOpen) = (false, isToOpen, false);
                await LoadOnceAsync(opens);
                StateHasChanged();
            }
        }
        finally
        {
            isLoading = false;
        }
    }

    private async Task LoadOnceAsync(bool opens)
    {
        try
        {
            if (opens)
            {
                await Desk.OpenAsync(NumberOf(BranchOfAddress));
            }
            await LoadAsync();
            (State, Fault) = (PageState.Ready, null);
        }
        catch (ForbiddenException e)
        {
            (State, Fault) = (PageState.Forbidden, e.Message);
        }
        catch (Exception e) when (WhyNot(e) is { } why)
        {
            // A page that shows something goes on showing it, and says that it is of before.
            (State, Fault) = (State == PageState.Ready ? PageState.Ready : PageState.Failed, why);
        }
    }

    /// <summary>A number of an address, which anybody may have typed.</summary>
    private protected static long? NumberOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number : null;

    /// <summary>How many rows of a list an address passes over.</summary>
    private protected static int Skipped(string? text) => (int)Math.Clamp(NumberOf(text) ?? 0, 0, 100_000);

    /// <summary>What to say of an expected failure; null for a fault of the program.</summary>
    internal static string? WhyNot(Exception fault) => fault switch
    {
        ShopException => fault.Message,
        DatabaseAwayException { Words: { } words } =>
            $"The shop's database cannot be used at this moment: {words}. Nothing is lost, and tills go on selling.",
        DatabaseAwayException => "The shop's database does not answer at this moment. Nothing is lost, and tills go on selling. Try again shortly.",
        RecordsElsewhereException => "The shop's records were carried to another database, and this server still looks at the old one.",
        ProgramOutdatedException => "The database was brought to a newer program's tables, and this server is the older one: start the newer.",
        Sync.Orchestrators.PostingPutOffException or FeedBusyException => fault.Message,
        _ => null,
    };

    public void Dispose()
    {
        Desk.Changed -= Reload;
        news?.Dispose();
        GC.SuppressFinalize(this);
    }
}
