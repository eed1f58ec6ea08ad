using MudBlazor;

namespace Pipeline.Ui.Layout;

/// <summary>MudBlazor's palettes replaced by ours: its own success, warning and info are below 4.5:1 on white.</summary>
internal static class Themes
{
    private static readonly string[] Font = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"];

    public static MudTheme Pipeline { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#0B5CD6",
            Secondary = "#5B21A6",
            Tertiary = "#00705A",
            Success = "#00705A",
            Error = "#A8071A",
            Info = "#0B5CD6",
            Warning = "#806000",
            Background = "#F7F8FA",
            Surface = "#FFFFFF",
            TextPrimary = "#16191D",
            TextSecondary = "#4A5361",
            ActionDefault = "#4A5361",
            LinesDefault = "#D5DAE1",
            TableLines = "#E3E7EC",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#6CB2FF",
            Secondary = "#D0A8FF",
            Tertiary = "#3FCF9B",
            Success = "#3FCF9B",
            Error = "#FF7B72",
            Info = "#6CB2FF",
            Warning = "#F0CE4E",
            PrimaryContrastText = "#0F1216",
            SuccessContrastText = "#0F1216",
            ErrorContrastText = "#0F1216",
            Background = "#0F1216",
            Surface = "#171B21",
            TextPrimary = "#E8EBEF",
            TextSecondary = "#AEB7C2",
            ActionDefault = "#AEB7C2",
            LinesDefault = "#333B46",
            TableLines = "#262D36",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Font, FontSize = ".875rem" },
            Button = new ButtonTypography { FontFamily = Font, TextTransform = "none", FontWeight = "600" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "4px" },
    };
}
