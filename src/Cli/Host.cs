using System.CommandLine;

namespace Pipeline.Cli;

/// <summary>Where the program runs: tests give their own streams and environment.</summary>
internal sealed record Host(
    TextWriter Out, TextWriter Error, Func<string, string?> Env, bool OutIsTerminal, bool ErrorIsTerminal, TimeProvider Time)
{
    public static Host Real() => new(
        Console.Out, Console.Error, Environment.GetEnvironmentVariable, !Console.IsOutputRedirected, !Console.IsErrorRedirected,
        TimeProvider.System);
}

/// <summary>Flags that every command takes.</summary>
internal sealed class Globals
{
    public Option<string?> Url { get; } = new("--url")
    {
        Description = "The server (PIPELINE_URL; default http://localhost:8080).",
        Recursive = true,
    };

    public Option<string?> Repository { get; } = new("--repository", "-R")
    {
        Description = "owner/name; default: the working copy's remote.",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "The answer as JSON on stdout.", Recursive = true };
    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colour (also NO_COLOR).", Recursive = true };
    public Option<bool> NoInput { get; } = new("--no-input") { Description = "Never ask; fail instead.", Recursive = true };

    public Session Open(ParseResult parsed, Host host)
    {
        var url = parsed.GetValue(Url) ?? Given(host, "PIPELINE_URL") ?? "http://localhost:8080";
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
            throw new Failure(Exit.Usage, $"'{url}' is not the address of a server.", "Write --url http://host:port.");
        var repository = parsed.GetValue(Repository) ?? Given(host, "PIPELINE_REPOSITORY");
        return new Session(new Api(server, Token(host)), Output(parsed, host), repository);
    }

    public Out Output(ParseResult parsed, Host host) => Output(parsed.GetValue(Json), parsed.GetValue(NoColor), host);

    public static Out Output(bool json, bool noColor, Host host)
    {
        var style = new OutStyle(
            json, host.OutIsTerminal, Colour.For(noColor, host.Env, host.OutIsTerminal),
            Colour.For(noColor, host.Env, host.ErrorIsTerminal));
        return new Out(host.Out, host.Error, style, host.Time);
    }

    private static string? Token(Host host)
    {
        if (Given(host, "PIPELINE_TOKEN") is { } token)
            return token.Trim();
        if (Given(host, "PIPELINE_TOKEN_FILE") is not { } file)
            return null;
        return File.Exists(file)
            ? File.ReadAllText(file).Trim()
            : throw new Failure(
                Exit.SignIn, $"PIPELINE_TOKEN_FILE names {file}, which does not exist.", "Write the token into it, or set PIPELINE_TOKEN.");
    }

    private static string? Given(Host host, string name) => host.Env(name) is { Length: > 0 } value ? value : null;
}
