using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Pipeline.Embedded;

namespace Pipeline.Server.Start;

/// <summary><c>Pipeline.Server up | serve | keys</c>.</summary>
internal static class ServerCommandLine
{
    // The same on every terminal and in a pipe: the help is a reviewed text.
    private const int HelpWidth = 100;

    public static RootCommand Create()
    {
        var root = new RootCommand("Pipeline's server: takes a git push to production.") { Up(), Serve(), KeysCommand.Create() };
        foreach (var action in root.Options.OfType<HelpOption>().Select(o => o.Action).OfType<HelpAction>())
            action.MaxWidth = HelpWidth;
        return root;
    }

    private static Command Up()
    {
        var once = new Option<bool>("--once")
        {
            Description = "End when the sample is in production (exit 0), or cannot get there (exit 1).",
        };
        var command = new Command(
            "up", "Start PostgreSQL, three clusters and a sample on this machine. PIPELINE_PORT (8080), "
            + "PIPELINE_TRAFFIC_PORT (the next one) and PIPELINE_DATA (./data) let several run side by side.")
        {
            once,
        };
        command.SetAction((parsed, _) => UpCommand.RunAsync(parsed.GetValue(once), PipelineHost.Build));
        return command;
    }

    private static Command Serve()
    {
        var urls = new Option<string?>("--urls")
        {
            Description = "Addresses of the pages and the API, with ';' between (PIPELINE_Urls; default http://*:8080).",
        };
        var traffic = new Option<string?>("--traffic-urls")
        {
            Description = "Addresses of the applications, with ';' between (PIPELINE_LoadBalancers__Urls; default http://*:8081).",
        };
        var set = new Option<string[]>("--set")
        {
            Description = "Set a setting, as Section:Key=value; repeatable. Wins over variables and appsettings.json.",
        };
        set.Validators.Add(RequireKeys);
        var command = new Command("serve", "Start the server with the PostgreSQL and the Mesos masters of its settings.")
        {
            urls, traffic, set,
        };
        command.SetAction((parsed, ct) =>
        {
            var settings = Settings(parsed.GetValue(set) ?? []);
            if (parsed.GetValue(urls) is { } own)
                settings["Urls"] = own;
            if (parsed.GetValue(traffic) is { } applications)
                settings["LoadBalancers:Urls"] = applications;
            return ServeCommand.RunAsync(settings, ct);
        });
        return command;
    }

    private static void RequireKeys(OptionResult result)
    {
        foreach (var given in result.Tokens.Select(token => token.Value).Where(value => value.IndexOf('=', StringComparison.Ordinal) < 1))
            result.AddError($"--set takes Section:Key=value, not '{given}'.");
    }

    private static Dictionary<string, string?> Settings(IEnumerable<string> given)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var parts in given.Select(value => value.Split('=', 2)))
            settings[parts[0]] = parts[1];
        return settings;
    }
}
