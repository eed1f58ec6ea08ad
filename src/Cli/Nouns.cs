using System.CommandLine;

namespace Pipeline.Cli;

/// <summary>Nouns whose verbs only list, show and start something.</summary>
internal static class Nouns
{
    public static void Add(RootCommand root, Maker make)
    {
        root.Add(Repository(make));
        root.Add(Commit(make));
        BuildCommandsTree.Add(root, make);
        root.Add(Deployable(make));
        TaskCommandsTree.Add(root, make);
        ClusterCommandsTree.Add(root, make);
        MachineCommandsTree.Add(root, make);
        RequestCommandsTree.Add(root, make);
        DeployCommandsTree.Add(root, make);
        root.Add(Token(make));
    }

    private static Command Noun(string name, string description, params Command[] verbs)
    {
        var noun = new Command(name, description);
        foreach (var verb in verbs)
            noun.Add(verb);
        return noun;
    }

    private static string Escaped(string text) => Uri.EscapeDataString(text);

    private static Command Repository(Maker make)
    {
        var name = new Argument<string>("NAME") { Description = "owner/name" };
        var url = new Option<string>("--clone-url") { Description = "Where it is fetched from.", Required = true };
        var branch = new Option<string>("--branch") { Description = "The default branch.", DefaultValueFactory = _ => "main" };
        var noun = Noun(
            "repository", "Repositories.",
            make.List("The repositories, newest first.", (_, _, _) => Task.FromResult("api/v1/repositories"),
                [
                    new("owner", "owner"), new("name", "name"), new("branch", "defaultBranch"), new("clone url", "cloneUrl"),
                    new("id", "id"),
                ]),
            make.Verb("show", "One repository.", async (s, p, ct) =>
            {
                var found = (await s.Api.GetAsync($"api/v1/repositories?name={Escaped(p.GetValue(name)!)}", ct)).Items().ToList();
                s.Out.Object(found.Count > 0 ? found[0]
                    : throw new Failure(Exit.NotFound, $"There is no repository {p.GetValue(name)}.", "pipeline repository list"));
                return Exit.Done;
            }, name),
            make.Verb("add", "Adds a repository.", async (s, p, ct) =>
            {
                if (p.GetValue(name)!.Split('/') is not [{ Length: > 0 } owner, { Length: > 0 } repository])
                {
                    throw new Failure(
                        Exit.Usage, $"'{p.GetValue(name)}' is not owner/name.", "pipeline repository add owner/name --clone-url URL");
                }

                s.Out.Object(await s.Api.PostAsync(
                    "api/v1/repositories",
                    new { owner, name = repository, cloneUrl = p.GetValue(url), defaultBranch = p.GetValue(branch) },
                    ct));
                return Exit.Done;
            }, name, url, branch));
        noun.Aliases.Add("repo");
        return noun;
    }

    private static Command Commit(Maker make)
    {
        var sha = new Argument<string>("COMMIT") { Description = "4 to 40 hex digits." };
        var branch = new Option<string?>("--branch") { Description = "Only of this branch." };
        return Noun(
            "commit", "Commits.",
            make.List("Commits, newest first.",
                async (s, p, ct) => $"api/v1/repositories/{await s.RepositoryAsync(ct)}/commits"
                    + (p.GetValue(branch) is { } b ? "?branch=" + Escaped(b) : ""),
                [new("commit", "sha"), new("subject", "subject"), new("author", "authorName"), new("committed", "committedAt")], branch),
            make.Show("show", "A commit from push to production.", sha, (_, c, _) => Task.FromResult($"api/v1/commits/{Escaped(c)}")),
            make.Verb("timeline", "Everything that happened to a commit, newest first.", async (s, p, ct) =>
            {
                s.Out.Table(
                    await s.Api.GetAsync($"api/v1/commits/{Escaped(p.GetValue(sha)!)}/timeline", ct),
                    new("at", "at"), new("what", "kind"), new("by", "actor.name"), new("stage", "subject.stage"),
                    new("deployable", "subject.deployable"), new("reason", "payload.reason"));
                return Exit.Done;
            }, sha));
    }

    private static Command Deployable(Maker make)
    {
        var name = new Argument<string>("NAME") { Description = "The deployable." };
        return Noun(
            "deployable", "What runs where.",
            make.Verb("list", "The matrix: deployables and what they run in each stage.", async (s, p, ct) =>
            {
                var page = await s.Api.GetAsync("api/v1/deployables?limit=200", ct);
                if (s.Out.IsJson)
                    s.Out.Answer(page);
                else
                    s.Out.Rows([.. page.Items().SelectMany(d => d.Items("stages").Select(c => new[]
                    {
                        d.Text("name"), d.Text("kind"), c.Text("stage"), c.Text("state"), c.Text("releaseNumber"), c.Text("commit"),
                        $"{c.Text("healthy")}/{c.Text("instances")}", c.Text("since"),
                    }))], ["deployable", "kind", "stage", "state", "release", "commit", "healthy", "since"]);
                return Exit.Done;
            }),
            make.Show("show", "One deployable.", name, (_, n, _) => Task.FromResult($"api/v1/deployables/{Escaped(n)}")));
    }

    private static Command Token(Maker make)
    {
        var name = new Argument<string>("LOGIN") { Description = "As commits and approvals name the bearer." };
        var machine = new Option<bool>("--machine") { Description = "For a program: it can never approve." };
        var permission = new Option<string[]>("--permission")
        {
            Description = "view, build, promote, approve, hold, operate, administer; repeat it.",
        };
        var group = new Option<string[]>("--group") { Description = "release-managers for example; repeat it." };
        var email = new Option<string[]>("--email") { Description = "By which commits name this person; repeat it." };
        return Noun(
            "token", "Tokens.",
            make.Verb("create", "Makes a token; it is shown once.", async (s, p, ct) =>
            {
                var created = await s.Api.PostAsync(
                    "api/v1/tokens",
                    new
                    {
                        name = p.GetValue(name),
                        kind = p.GetValue(machine) ? "token" : "person",
                        permissions = p.GetValue(permission) ?? [],
                        groups = p.GetValue(group) ?? [],
                        emails = p.GetValue(email) ?? [],
                    },
                    ct);
                s.Out.Object(created);
                s.Out.Say("Keep it now: it is not shown again.");
                return Exit.Done;
            }, name, machine, permission, group, email),
            make.Verb("list", "The tokens.", async (s, p, ct) =>
            {
                s.Out.Table(
                    await s.Api.GetAsync("api/v1/tokens", ct),
                    new("login", "login"), new("kind", "kind"), new("permissions", "permissions"), new("groups", "groups"),
                    new("created", "createdAt"), new("id", "id"));
                return Exit.Done;
            }));
    }
}
