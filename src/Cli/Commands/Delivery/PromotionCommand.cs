using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary><c>pipeline promotion …</c></summary>
internal static class PromotionCommand
{
    private static readonly Argument<string> Promotion = new("PROMOTION") { Description = "The promotion's number or id." };

    private static readonly Option<string?> PlanDigest = new("--plan-digest")
    {
        Description = "Digest of the plan you read; the approval is refused if the plan changed since.",
    };

    private static readonly Option<string?> Message = new("--message", "-m") { Description = "Reason; shown with the promotion." };

    private static readonly Option<string[]> State = new("--state")
    {
        Description = "List only promotions in this state: waiting, deploying, baking, succeeded, failed and others; repeatable.",
    };

    private static readonly Option<string?> Stage = new("--stage") { Description = "List only promotions into this stage." };

    public static Command Create(CommandFactory factory) => new("promotion", "Manage promotions: releases on their way through the stages.")
    {
        factory.List(
            "List promotions, newest first.",
            (_, parsed, _) => Task.FromResult(QueryString.Append("api/v1/promotions", Filter(parsed))),
            [
                new("promotion", "number"), new("stage", "stage"), new("state", "phase"), new("release", "releaseNumber"),
                new("commit", "commit"), new("created", "createdAt"), new("reason", "reason"),
            ],
            State, Stage),
        factory.Show("show", "Show a promotion.", Promotion, (_, promotion, _) => Task.FromResult(Path(promotion))),
        factory.Verb("plan", "Show what a promotion would change, and what blocks it.", PlanAsync, Promotion),
        factory.Verb("why", "Explain why a promotion waits, or how it ended.", WhyAsync, Promotion),
        factory.Verb(
            "approve", "Approve a promotion's plan.",
            (session, parsed, ct) => DecideAsync(session, parsed, "approve", ct), Promotion, PlanDigest, Message),
        factory.Verb(
            "reject", "Reject a promotion; requires -m.",
            (session, parsed, ct) => DecideAsync(session, parsed, "reject", ct), Promotion, Message),
        factory.Verb("rollback", "Return the promotion's stage to the previous release.", RollbackAsync, Promotion, Message),
        WatchCommand.Verb(
            factory, "promotion", Promotion,
            async (session, promotion, ct) => (await session.Api.GetAsync(Path(promotion), ct)).Text("id")),
    };

    private static string Path(string promotion) => $"api/v1/promotions/{Uri.EscapeDataString(promotion)}";

    private static string Filter(ParseResult parsed) => QueryString.Of(
        [.. (parsed.GetValue(State) ?? []).Select(s => ("state", (string?)s)), ("stage", parsed.GetValue(Stage))]);

    private static async Task<int> PlanAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var plan = await session.Api.GetAsync(Path(parsed.GetValue(Promotion)!) + "/plan", ct);
        if (session.Out.IsJson)
            session.Out.Answer(plan);
        else
            PromotionPlan.Print(session.Out, plan);
        return ExitCodes.Success;
    }

    private static async Task<int> WhyAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var why = await session.Api.GetAsync(Path(parsed.GetValue(Promotion)!) + "/why", ct);
        if (session.Out.IsJson)
            session.Out.Answer(why);
        else
            session.Out.Line(why.Text("sentence"));
        return ExitCodes.Success;
    }

    private static async Task<int> DecideAsync(Session session, ParseResult parsed, string decision, CancellationToken ct)
    {
        var comment = parsed.GetValue(Message);
        var approves = decision == "approve";
        if (!approves && string.IsNullOrWhiteSpace(comment))
            throw new CommandException(ExitCodes.Usage, "A rejection needs a reason.", "Add -m \"reason\".");
        var decided = await session.Api.PostAsync(
            Path(parsed.GetValue(Promotion)!) + "/approvals",
            new { decision, planDigest = approves ? parsed.GetValue(PlanDigest) : null, comment }, ct);
        Print(session, decided, approves ? "Approved" : "Rejected");
        return ExitCodes.Success;
    }

    private static async Task<int> RollbackAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var rollback = await session.Api.PostAsync(
            Path(parsed.GetValue(Promotion)!) + "/rollback", new { comment = parsed.GetValue(Message) }, ct);
        Print(session, rollback, "Rolling back");
        return ExitCodes.Success;
    }

    private static void Print(Session session, JsonElement promotion, string what)
    {
        if (session.Out.IsJson)
            session.Out.Answer(promotion);
        else
        {
            session.Out.Line(
                $"{what}: promotion {promotion.Text("number")} into {promotion.Text("stage")} is {promotion.Text("phase")}");
        }

        session.Out.Note($"Watch it: pipeline promotion watch {promotion.Text("number")}");
    }
}
