using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary><c>status</c>, <c>watch</c>, <c>open</c>, <c>log</c>.</summary>
internal static class Everyday
{
    public static void Add(RootCommand root, Maker make)
    {
        var commit = new Argument<string?>("COMMIT")
        {
            Description = "Default: HEAD of the working copy.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var what = new Argument<string?>("WHAT")
        {
            Description = "A commit, a build as owner/name#number, or the id of a build or promotion; default: HEAD.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        root.Add(make.Verb("status", "Where a commit is, from push to production.", async (s, p, ct) =>
        {
            Status(s, await s.Api.GetAsync(CommitPath(await Session.CommitAsync(p.GetValue(commit), ct)), ct));
            return Exit.Done;
        }, commit));
        var until = Until();
        var timeout = TimeoutOption();
        root.Add(make.Verb(
            "watch", "Follows a commit, build or promotion; the exit code says how it ended.",
            async (s, p, ct) =>
            {
                var target = await WatchTarget.FindAsync(s, p.GetValue(what), p.GetValue(until), make.Host.Time, ct);
                return await Watcher.RunAsync(s, target, DurationOf(p.GetValue(timeout)), make.Host.Time, ct);
            },
            what, until, timeout));
        root.Add(make.Verb("open", "Opens the commit's page.", async (s, p, ct) =>
        {
            var view = await s.Api.GetAsync(CommitPath(await Session.CommitAsync(p.GetValue(commit), ct)), ct);
            var url = new Uri(s.Api.Server, view.Text("url")).ToString();
            s.Out.Line(url);
            if (make.Host.OutIsTerminal)
                TryBrowser(url);
            return Exit.Done;
        }, commit));
        var follow = LogCommands.FollowOption();
        root.Add(make.Verb("log", "The logs of a commit's build.", async (s, p, ct) =>
        {
            var view = await s.Api.GetAsync(CommitPath(await Session.CommitAsync(p.GetValue(commit), ct)), ct);
            return view.Text("build.id") is { Length: > 0 } build
                ? await LogCommands.BuildAsync(s, make.Host, build, TaskCommandsTree.Given(p, follow), ct)
                : throw new Failure(Exit.NotFound, "The commit has no build.", "pipeline build start");
        }, commit, follow));
    }

    public static Command WatchVerb(Maker make, Argument<string> argument, Func<Session, string, CancellationToken, Task<string>> resolve)
    {
        var timeout = TimeoutOption();
        return make.Verb(
            "watch", "Follows it to its end; the exit code says how it ended.",
            async (s, p, ct) =>
            {
                var target = await WatchTarget.FindAsync(s, await resolve(s, p.GetValue(argument)!, ct), null, make.Host.Time, ct);
                return await Watcher.RunAsync(s, target, DurationOf(p.GetValue(timeout)), make.Host.Time, ct);
            },
            argument, timeout);
    }

    public static void Status(Session s, JsonElement view)
    {
        if (s.Out.IsJson)
        {
            s.Out.Answer(view);
            return;
        }

        var repository = $"{view.Text("repository.owner")}/{view.Text("repository.name")}";
        s.Out.Line($"{Json.Short(view.Text("sha"))}  {view.Text("subject")}  {view.Text("author.name")}  {repository}");
        if (view.At("build") is { } build)
        {
            var state = build.Text("state") == "running" ? "building" : build.Text("state");
            s.Out.State(state, $"build #{build.Text("number")}", build.Text("reason"));
        }

        if (view.At("release") is { } release)
            s.Out.State("succeeded", $"release {release.Text("number")}", release.Text("digest"));
        foreach (var stage in view.Items("stages"))
            s.Out.State(stage.Text("state"), stage.Text("stage"), stage.Text("reason"));
        s.Out.Line(view.Text("next"));
    }

    public static string CommitPath(string commit) => $"api/v1/commits/{Uri.EscapeDataString(commit)}";

    private static Option<string?> Until() => new("--until") { Description = "build, or the name of a stage; default: the last stage." };

    private static Option<string> TimeoutOption() => new("--timeout")
    {
        Description = "Stop waiting after this long (exit 8): 90s, 30m, 2h.",
        DefaultValueFactory = _ => "30m",
    };

    private static TimeSpan DurationOf(string? text)
    {
        const NumberStyles style = NumberStyles.AllowDecimalPoint;
        if (text is { Length: > 1 } && double.TryParse(text[..^1], style, CultureInfo.InvariantCulture, out var number))
        {
            switch (text[^1])
            {
                case 's':
                    return TimeSpan.FromSeconds(number);
                case 'm':
                    return TimeSpan.FromMinutes(number);
                case 'h':
                    return TimeSpan.FromHours(number);
            }
        }

        throw new Failure(Exit.Usage, $"'{text}' is not a time.", "Write --timeout 90s, 30m or 2h.");
    }

    private static void TryBrowser(string url)
    {
        try
        {
            using var browser = Process.Start(new ProcessStartInfo("xdg-open", url) { RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // no browser here: the address was printed
        }
    }
}
