using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;
using Pipeline.Cli.Watching;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary><c>pipeline open</c></summary>
internal static class OpenCommand
{
    public static Command Create(CommandFactory factory)
    {
        var commit = CommitArgument.Create();
        return factory.Verb("open", "Open a commit's page in the browser.", async (session, parsed, ct) =>
        {
            var name = await NameResolver.CommitAsync(parsed.GetValue(commit), ct);
            var view = await session.Api.GetAsync(CommitStatus.PathOf(name), ct);
            var url = new Uri(session.Api.Server, view.Text("url")).ToString();
            session.Out.Line(url);
            if (session.OutIsTerminal)
                TryBrowser(url);
            return ExitCodes.Success;
        }, commit);
    }

    private static void TryBrowser(string url)
    {
        try
        {
            using var browser = Process.Start(new ProcessStartInfo("xdg-open", url) { RedirectStandardError = true });
        }
        catch (Win32Exception)
        {
            // No browser here: the address was printed.
        }
    }
}
