using System.Text.Json;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Watching;

/// <summary>A commit from push to production, one line for each build, release and stage.</summary>
internal static class CommitStatus
{
    public static string PathOf(string commit) => $"api/v1/commits/{Uri.EscapeDataString(commit)}";

    public static void Print(Session session, JsonElement view)
    {
        if (session.Out.IsJson)
        {
            session.Out.Answer(view);
            return;
        }

        var repository = $"{view.Text("repository.owner")}/{view.Text("repository.name")}";
        session.Out.Line($"{ForPeople.Short(view.Text("sha"))}  {view.Text("subject")}  {view.Text("author.name")}  {repository}");
        if (view.At("build") is { } build)
        {
            var state = build.Text("state") == "running" ? "building" : build.Text("state");
            session.Out.State(state, $"build #{build.Text("number")}", build.Text("reason"));
        }

        if (view.At("release") is { } release)
            session.Out.State("succeeded", $"release {release.Text("number")}", release.Text("digest"));
        foreach (var stage in view.Items("stages"))
            session.Out.State(stage.Text("state"), stage.Text("stage"), stage.Text("reason"));
        session.Out.Line(view.Text("next"));
    }
}
