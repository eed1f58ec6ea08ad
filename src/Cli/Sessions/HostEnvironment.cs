namespace Pipeline.Cli.Sessions;

/// <summary>Where the program runs. Tests give their own streams, variables and time.</summary>
internal sealed record HostEnvironment(
    TextWriter Out, TextWriter Error, Func<string, string?> Variable, bool OutIsTerminal, bool ErrorIsTerminal, TimeProvider Time)
{
    /// <summary>This process.</summary>
    public static HostEnvironment Current() => new(
        Console.Out, Console.Error, Environment.GetEnvironmentVariable, !Console.IsOutputRedirected, !Console.IsErrorRedirected,
        TimeProvider.System);

    /// <returns>Null when the variable is not set, or empty.</returns>
    public string? Given(string name) => Variable(name) is { Length: > 0 } value ? value : null;
}
