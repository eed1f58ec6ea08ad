using System.CommandLine;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Http;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Sessions;

/// <summary>Options of every command.</summary>
internal sealed class GlobalOptions
{
    private const string DefaultUrl = "http://localhost:8080";

    public Option<string?> Url { get; } = new("--url")
    {
        Description = $"The server's address (PIPELINE_URL; default {DefaultUrl}).",
        Recursive = true,
    };

    public Option<string?> Repository { get; } = new("--repository", "-R")
    {
        Description = "Repository as owner/name (PIPELINE_REPOSITORY; default: the origin of the working copy).",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the answer as JSON on stdout.", Recursive = true };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "Print without colour (also NO_COLOR).", Recursive = true };

    public Option<bool> NoInput { get; } = new("--no-input") { Description = "Never prompt; fail instead.", Recursive = true };

    public IReadOnlyList<Option> All => [Url, Repository, Json, NoColor, NoInput];

    public Session Open(ParseResult parsed, HostEnvironment host)
    {
        var url = parsed.GetValue(Url) ?? host.Given("PIPELINE_URL") ?? DefaultUrl;
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
            throw new CommandException(ExitCodes.Usage, $"'{url}' is not a server address.", "Write --url http://host:port.");
        var repository = parsed.GetValue(Repository) ?? host.Given("PIPELINE_REPOSITORY");
        return new Session(new ApiClient(server, Token(host)), Printer(parsed, host), host, repository);
    }

    public Printer Printer(ParseResult parsed, HostEnvironment host)
    {
        var noColor = parsed.GetValue(NoColor);
        var style = new OutputStyle(
            parsed.GetValue(Json), host.OutIsTerminal, ColorSupport.IsEnabled(noColor, host.Variable, host.OutIsTerminal),
            ColorSupport.IsEnabled(noColor, host.Variable, host.ErrorIsTerminal));
        return new Printer(host.Out, host.Error, style, host.Time);
    }

    private static string? Token(HostEnvironment host)
    {
        if (host.Given("PIPELINE_TOKEN") is { } token)
            return Usable(token.Trim(), "PIPELINE_TOKEN");
        if (host.Given("PIPELINE_TOKEN_FILE") is not { } file)
            return null;
        return File.Exists(file)
            ? Usable(File.ReadAllText(file).Trim(), file)
            : throw new CommandException(
                ExitCodes.SignIn, $"PIPELINE_TOKEN_FILE names {file}, which does not exist.",
                "Write the token into that file, or set PIPELINE_TOKEN.");
    }

    // A header holds one line of ASCII; what is wrong with the token must not look like a server that cannot be reached.
    private static string Usable(string token, string source) => token.Length > 0 && token.All(c => c is > ' ' and <= '~')
        ? token
        : throw new CommandException(
            ExitCodes.SignIn, $"{source} does not hold a token: it is empty, or has blanks, line ends or special characters.",
            "Copy the token again; it begins with plt_.");
}
