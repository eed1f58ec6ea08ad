using System.Text.Json;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Common;

/// <summary>The answer of a <c>why</c>: the summary, then the blockers, in the order in which to look at them.</summary>
internal static class Explanation
{
    public static int Print(Session session, JsonElement why)
    {
        if (session.Out.IsJson)
        {
            session.Out.Answer(why);
            return ExitCodes.Success;
        }

        session.Out.Line($"{why.Text("subject")}: {why.Text("summary")}");
        var blockers = why.Items("blockers").ToList();
        if (blockers.Count > 0)
            session.Out.Rows([.. blockers.Select(Row)], ["blocker", "agents", "racks", "needed", "best", "reason"]);
        return ExitCodes.Success;
    }

    private static string[] Row(JsonElement blocker) =>
    [
        blocker.Text("code"), blocker.Text("agents"), blocker.Text("racks"), blocker.Text("needed"), blocker.Text("best"),
        blocker.Text("text"),
    ];
}
