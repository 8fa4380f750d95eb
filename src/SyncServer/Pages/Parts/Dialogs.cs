using MudBlazor;

namespace Bookmine.SyncServer.Pages.Parts;

/// <summary>Questions before deeds.</summary>
internal static class Dialogs
{
    /// <summary>Asks whether to go on.</summary>
    public static async Task<bool> ConfirmAsync(this IDialogService dialogs, string title, string text, string deed, bool isDanger = false)
    {
        var shown = await dialogs.ShowAsync<ConfirmDialog>(title, new DialogParameters<ConfirmDialog>
        {
            { d => d.Text, text }, { d => d.Deed, deed }, { d => d.IsDanger, isDanger },
        });
        return await shown.Result is { Canceled: false };
    }

    /// <summary>Asks for a text; null when it was thought better of.</summary>
    /// <param name="isRequired">Whether an empty one will not do.</param>
    /// <param name="isSecret">Whether it is not to be read over a shoulder.</param>
    public static async Task<string?> AskTextAsync(this IDialogService dialogs, string title, string text, string label, string deed, bool isRequired = false,
        string before = "", bool isSecret = false)
    {
        var shown = await dialogs.ShowAsync<ConfirmDialog>(title, new DialogParameters<ConfirmDialog>
        {
            { d => d.Text, text }, { d => d.Deed, deed }, { d => d.Label, label }, { d => d.IsRequired, isRequired }, { d => d.Value, before },
            { d => d.IsSecret, isSecret },
        });
        return await shown.Result is { Canceled: false, Data: string value } ? value : null;
    }
}
