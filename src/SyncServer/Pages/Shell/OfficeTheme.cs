using MudBlazor;

namespace Bookmine.SyncServer.Pages.Shell;

/// <summary>The library's theme; colours are in <c>office.css</c>, which knows light and dark before any script runs.</summary>
internal static class OfficeTheme
{
    private static readonly string[] Fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"];

    public static readonly MudTheme Theme = new()
    {
        Typography = new Typography { Default = new DefaultTypography { FontFamily = Fonts, FontSize = "0.9375rem" } },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
    };
}
