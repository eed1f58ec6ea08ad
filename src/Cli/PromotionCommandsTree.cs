using System.CommandLine;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary><c>pipeline promotion …</c></summary>
internal static class PromotionCommandsTree
{
    private static readonly Argument<string> Id = new("PROMOTION") { Description = "Its number, or its id." };
    private static readonly Option<string?> Digest = new("--plan-digest") { Description = "The plan you read; refused when it changed." };
    private static readonly Option<string?> Message = new("--message", "-m") { Description = "Why; people see it." };

    public static void Add(RootCommand root, Maker make)
    {
        var state = new Option<string[]>("--state") { Description = "waiting, deploying, baking, succeeded, failed …; repeat it." };
        var stage = new Option<string?>("--stage") { Description = "Only into this stage." };
        var noun = new Command("promotion", "Releases on their way through the stages.")
        {
            make.List(
                "Promotions, newest first.",
                (_, p, _) => Task.FromResult("api/v1/promotions?" + Query(p.GetValue(state) ?? [], p.GetValue(stage))),
                [
                    new("promotion", "number"), new("stage", "stage"), new("state", "phase"), new("release", "releaseNumber"),
                    new("commit", "commit"), new("created", "createdAt"), new("reason", "reason"),
                ],
                state, stage),
            make.Show("show", "One promotion.", Id, (_, id, _) => Task.FromResult(Path(id))),
            make.Verb("plan", "What exactly would change, and what blocks it.", PlanAsync, Id),
            make.Verb("why", "Why it does not go on, or how it ended.", WhyAsync, Id),
            make.Verb("approve", "Approves the plan.", (s, p, ct) => DecideAsync(s, p, "approve", ct), Id, Digest, Message),
            make.Verb("reject", "Rejects it; -m says why.", (s, p, ct) => DecideAsync(s, p, "reject", ct), Id, Message),
            make.Verb("rollback", "Returns the stage to the release before.", RollbackAsync, Id, Message),
            Everyday.WatchVerb(make, Id, async (s, id, ct) => (await s.Api.GetAsync(Path(id), ct)).Text("id")),
        };
        root.Add(noun);
    }

    private static string Path(string id) => $"api/v1/promotions/{Uri.EscapeDataString(id)}";

    private static string Query(IEnumerable<string> states, string? stage)
    {
        var parts = states.Select(x => "state=" + Uri.EscapeDataString(x)).ToList();
        if (stage is not null)
            parts.Add("stage=" + Uri.EscapeDataString(stage));
        return string.Join('&', parts);
    }

    private static async Task<int> PlanAsync(Session s, ParseResult p, CancellationToken ct)
    {
        var plan = await s.Api.GetAsync(Path(p.GetValue(Id)!) + "/plan", ct);
        if (s.Out.IsJson)
        {
            s.Out.Answer(plan);
            return Exit.Done;
        }

        s.Out.Line($"plan {plan.Text("digest")}");
        var from = plan.Text("from.number") is { Length: > 0 } before ? before : "(nothing)";
        s.Out.Line($"{plan.Text("stage")}: release {from} -> {plan.Text("to.number")}");
        foreach (var d in plan.Items("deployables"))
        {
            s.Out.Line($"  {d.Text("name")}  {d.Text("change")}");
            foreach (var f in d.Items("fields").Where(_ => d.Text("change") == "changed"))
                s.Out.Line($"    {f.Text("field")}: {Json.Short(f.Text("was"))} -> {Json.Short(f.Text("now"))}");
        }

        foreach (var c in plan.Items("commits"))
            s.Out.Line($"  {Json.Short(c.Text("sha"))} {c.Text("subject")} ({c.Text("author")})");
        foreach (var b in plan.Items("blockers"))
            s.Out.Line($"  blocked by {b.Text("gate")}: {b.Text("sentence")}");
        s.Out.Line($"back to release {(plan.Text("rollbackTarget.number") is { Length: > 0 } back ? back : "(nothing)")}");
        return Exit.Done;
    }

    private static async Task<int> WhyAsync(Session s, ParseResult p, CancellationToken ct)
    {
        var why = await s.Api.GetAsync(Path(p.GetValue(Id)!) + "/why", ct);
        if (s.Out.IsJson)
            s.Out.Answer(why);
        else
            s.Out.Line(why.Text("sentence"));
        return Exit.Done;
    }

    private static async Task<int> DecideAsync(Session s, ParseResult p, string decision, CancellationToken ct)
    {
        var comment = p.GetValue(Message);
        if (decision == "reject" && string.IsNullOrWhiteSpace(comment))
            throw new Failure(Exit.Usage, "A rejection needs a reason.", "Add -m \"why\".");
        var approves = decision == "approve";
        var decided = await s.Api.PostAsync(
            Path(p.GetValue(Id)!) + "/approvals", new { decision, planDigest = approves ? p.GetValue(Digest) : null, comment }, ct);
        Done(s, decided, approves ? "Approved" : "Rejected");
        return Exit.Done;
    }

    private static async Task<int> RollbackAsync(Session s, ParseResult p, CancellationToken ct)
    {
        Done(s, await s.Api.PostAsync(Path(p.GetValue(Id)!) + "/rollback", new { comment = p.GetValue(Message) }, ct), "Rolling back");
        return Exit.Done;
    }

    private static void Done(Session s, JsonElement promotion, string what)
    {
        if (s.Out.IsJson)
            s.Out.Answer(promotion);
        else
            s.Out.Line($"{what}: promotion {promotion.Text("number")} into {promotion.Text("stage")} is {promotion.Text("phase")}");
        s.Out.Say($"Follow it:  pipeline promotion watch {promotion.Text("number")}");
    }
}
