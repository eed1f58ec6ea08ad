using System.Text.Json;

namespace Pipeline.Cli;

/// <summary>A <em>why</em> for people: the summary, then what stands in the way, in the order in which to look at it.</summary>
internal static class WhyText
{
    public static int Show(Session s, JsonElement why)
    {
        if (s.Out.IsJson)
        {
            s.Out.Answer(why);
            return Exit.Done;
        }

        s.Out.Line($"{why.Text("subject")}: {why.Text("summary")}");
        var blockers = why.Items("blockers").ToList();
        if (blockers.Count > 0)
        {
            s.Out.Rows(
                [.. blockers.Select(b => new[] { b.Text("code"), b.Text("agents"), b.Text("racks"), b.Text("needed"), b.Text("best"), b.Text("text") })],
                ["what", "agents", "racks", "needed", "best", "why"]);
        }

        return Exit.Done;
    }
}
