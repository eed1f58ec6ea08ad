namespace Pipeline.Cli.Output;

/// <summary>How answers and errors are written.</summary>
/// <param name="Json">The answer as it came.</param>
/// <param name="Terminal">stdout is a terminal: tables for people.</param>
internal sealed record OutputStyle(bool Json, bool Terminal, bool Color, bool ErrorColor);
