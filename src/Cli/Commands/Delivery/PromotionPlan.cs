using System.Text.Json;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary>What a promotion would change, as people read it.</summary>
internal static class PromotionPlan
{
    public static void Print(Printer output, JsonElement plan)
    {
        output.Line($"plan {plan.Text("digest")}");
        output.Line($"{plan.Text("stage")}: release {NumberOr(plan, "from", "none")} -> {plan.Text("to.number")}");
        foreach (var deployable in plan.Items("deployables"))
        {
            output.Line($"  {deployable.Text("name")}  {deployable.Text("change")}");
            foreach (var field in deployable.Items("fields").Where(_ => deployable.Text("change") == "changed"))
                output.Line($"    {field.Text("field")}: {ForPeople.Short(field.Text("was"))} -> {ForPeople.Short(field.Text("now"))}");
        }

        foreach (var commit in plan.Items("commits"))
            output.Line($"  {ForPeople.Short(commit.Text("sha"))} {commit.Text("subject")} ({commit.Text("author")})");
        foreach (var blocker in plan.Items("blockers"))
            output.Line($"  blocked by {blocker.Text("gate")}: {blocker.Text("sentence")}");
        output.Line($"rollback target: release {NumberOr(plan, "rollbackTarget", "none")}");
    }

    private static string NumberOr(JsonElement plan, string release, string none) =>
        plan.Text(release + ".number") is { Length: > 0 } number ? number : none;
}
