using System.CommandLine;

namespace Pipeline.Cli;

/// <summary><c>pipeline build …</c> and <c>pipeline release …</c></summary>
internal static class BuildCommandsTree
{
    private static readonly Argument<string> Id = new("BUILD")
    {
        Description = "Its number in the repository, owner/name#number, or its id.",
    };

    private static readonly Option<string?> Branch = new("--branch") { Description = "The branch." };
    private static readonly Option<string?> Sha = new("--commit") { Description = "All 40 hex digits." };
    private static readonly Option<string?> Message = new("--message", "-m") { Description = "Why." };

    public static void Add(RootCommand root, Maker make)
    {
        var follow = LogCommands.FollowOption();
        root.Add(new Command("build", "Builds.")
        {
            make.List(
                "Builds, newest first.",
                async (s, p, ct) => $"api/v1/repositories/{await s.RepositoryAsync(ct)}/builds"
                    + (p.GetValue(Branch) is { } b ? "?branch=" + Uri.EscapeDataString(b) : ""),
                [
                    new("build", "number"), new("state", "state"), new("commit", "sha"), new("branch", "branch"),
                    new("created", "createdAt"), new("reason", "reason"),
                ],
                Branch),
            make.Show("show", "A build with its modules and steps.", Id, (s, b, ct) => PathAsync(s, b, ct)),
            make.Verb("start", "Builds a commit, or the head of a branch.", StartAsync, Branch, Sha),
            make.Verb("cancel", "Ends a running build.", CancelAsync, Id, Message),
            make.Verb("retry", "Builds the same commit again.", RetryAsync, Id),
            Everyday.WatchVerb(make, Id, (s, b, ct) => s.BuildAsync(b, ct)),
            make.Verb(
                "log", "The logs of the steps.",
                async (s, p, ct) => await LogCommands.BuildAsync(
                    s, make.Host, await s.BuildAsync(p.GetValue(Id)!, ct), TaskCommandsTree.Given(p, follow), ct),
                Id, follow),
        });
        root.Add(Release(make));
    }

    private static async Task<string> PathAsync(Session s, string build, CancellationToken ct) =>
        $"api/v1/builds/{await s.BuildAsync(build, ct)}";

    private static async Task<int> StartAsync(Session s, ParseResult p, CancellationToken ct)
    {
        var started = await s.Api.PostAsync(
            $"api/v1/repositories/{await s.RepositoryAsync(ct)}/builds", new { sha = p.GetValue(Sha), branch = p.GetValue(Branch) }, ct);
        s.Out.Object(started);
        s.Out.Say($"Follow it:  pipeline watch {started.Text("id")}");
        return Exit.Done;
    }

    private static async Task<int> CancelAsync(Session s, ParseResult p, CancellationToken ct)
    {
        await s.Api.PostAsync(await PathAsync(s, p.GetValue(Id)!, ct) + "/cancel", new { message = p.GetValue(Message) }, ct);
        s.Out.Say("Cancelled.");
        return Exit.Done;
    }

    private static async Task<int> RetryAsync(Session s, ParseResult p, CancellationToken ct)
    {
        s.Out.Object(await s.Api.PostAsync(await PathAsync(s, p.GetValue(Id)!, ct) + "/retry", null, ct));
        return Exit.Done;
    }

    private static Command Release(Maker make)
    {
        var release = new Argument<string>("RELEASE") { Description = "sha256:…, its number in the repository, or owner/name#number." };
        return new Command("release", "Releases.")
        {
            make.List(
                "Releases, newest first; with -R those of one repository.",
                async (s, _, ct) => "api/v1/releases"
                    + (s.NamesRepository ? "?repository=" + await s.RepositoryAsync(ct) : ""),
                [
                    new("release", "number"), new("digest", "digest"), new("commit", "commitSha"), new("created", "createdAt"),
                    new("held", "heldReason"),
                ]),
            make.Show("show", "A release and what it runs.", release,
                async (s, r, ct) => $"api/v1/releases/{Uri.EscapeDataString(await s.ReleaseAsync(r, ct))}"),
        };
    }
}
