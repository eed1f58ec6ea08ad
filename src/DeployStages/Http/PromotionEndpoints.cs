using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Contract.Commands;
using Pipeline.DeployStages.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.DeployStages.Http;

/// <summary>The promotions of the API.</summary>
internal static class PromotionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/promotions").RequireAuthorization(Permission.View).WithTags("promotions");
        group.MapGet("/", List).WithName("promotion-list");
        group.MapGet("/{id}", Show).WithName("promotion-show");
        group.MapGet("/{id}/plan", Plan).WithName("promotion-plan");
        group.MapGet("/{id}/why", Why).WithName("promotion-why");
        group.MapGet("/{id}/evidence", Evidence).WithName("promotion-evidence");
        group.MapPost("/plan", DryRun).WithName("promotion-dry-run");
        group.MapPost("/", Promote).RequireAuthorization(Permission.Promote).WithName("promotion-create");
        group.MapPost("/{id}/approvals", Decide).RequireAuthorization(Permission.Approve).WithName("promotion-decide");
        group.MapPost("/{id}/rollback", Rollback).RequireAuthorization(Permission.Promote).WithName("promotion-rollback");
    }

    private static async Task<Results<Ok<Page<PromotionView>>, ProblemHttpResult>> List(
        PromotionQueries promotions, CancellationToken ct, string[]? state = null, string? stage = null, string? release = null,
        Guid? repository = null, string? commit = null, string? cursor = null, int limit = 30)
    {
        if (Problems.Limit(limit) is { } wrong)
            return wrong;
        var phases = new List<PromotionPhase>();
        foreach (var text in state ?? [])
        {
            if (PhaseOf(text) is not { } phase)
                return Problems.Bad(
                    "state", $"'{text}' is not a state.",
                    $"the states are {string.Join(", ", Enum.GetValues<PromotionPhase>().Select(known => known.ToKebab()))}");
            phases.Add(phase);
        }

        Digest? digest = null;
        if (release is not null && !TryDigest(release, out digest))
            return Problems.Bad("release", $"'{release}' is not a release.", "write sha256: and 64 hex digits");
        CommitSha sha = default;
        if (commit is not null && !CommitSha.TryParse(commit, out sha))
            return Problems.Bad("commit", $"'{commit}' is not a commit.", "write all 40 hex digits");
        if (cursor is not null && Cursor.TryParse(cursor) is null)
            return Problems.Bad("cursor", "This is not a cursor.", "copy it from 'next' of the previous page");
        var filter = new PromotionFilter(
            phases.Count > 0 ? phases : null, stage, digest, repository is { } r ? new RepositoryId(r) : null, commit is null ? null : sha);
        return TypedResults.Ok(await promotions.ListAsync(filter, Cursor.TryParse(cursor), limit, ct));
    }

    private static async Task<Results<Ok<PromotionView>, ProblemHttpResult>> Show(
        string id, PromotionQueries promotions, CancellationToken ct) =>
        await FindAsync(id, promotions, ct) is { } view ? TypedResults.Ok(view) : Missing(id);

    private static async Task<Results<Ok<PlanView>, ProblemHttpResult>> Plan(
        string id, PromotionQueries promotions, CancellationToken ct) =>
        await FindAsync(id, promotions, ct) is { } view && await promotions.PlanAsync(view.Id, ct) is { } plan
            ? TypedResults.Ok(plan)
            : Missing(id);

    private static async Task<Results<Ok<WhyView>, ProblemHttpResult>> Why(string id, PromotionQueries promotions, CancellationToken ct)
    {
        if (await FindAsync(id, promotions, ct) is not { } p)
            return Missing(id);
        var sentence = p.Blockers.Count > 0
            ? string.Join(" ", p.Blockers.Select(b => b.Sentence))
            : p.Reason ?? $"Nothing blocks it: it is {p.Phase.ToWords()}.";
        return TypedResults.Ok(new WhyView(p.Id, p.Number, p.Phase, sentence, p.Blockers));
    }

    private static async Task<Results<Ok<Page<EvidenceView>>, ProblemHttpResult>> Evidence(
        string id, PromotionQueries promotions, CancellationToken ct) =>
        await FindAsync(id, promotions, ct) is { } view && await promotions.EvidenceAsync(view.Id, ct) is { } evidence
            ? TypedResults.Ok(new Page<EvidenceView>(evidence, null))
            : Missing(id);

    private static async Task<Results<Ok<PlanView>, ProblemHttpResult>> DryRun(
        PromoteRequest request, PromotionQueries promotions, CancellationToken ct) =>
        !TryDigest(request.Release, out var release)
            ? Problems.Bad("release", $"'{request.Release}' is not a release.", "write sha256: and 64 hex digits")
            : await promotions.PlanAsync(release!.Value, request.Stage, ct) is { } plan
                ? TypedResults.Ok(plan)
                : Problems.NotFound(
                    $"There is no release {request.Release} or no stage '{request.Stage}'.",
                    "GET /api/v1/releases and /api/v1/stages list them.");

    private static async Task<Results<Accepted<PromotionView>, ProblemHttpResult>> Promote(
        PromoteRequest request, PromotionCommands commands, PromotionQueries promotions, ClaimsPrincipal user, CancellationToken ct) =>
        TryDigest(request.Release, out var release)
            ? await AnswerAsync(
                await commands.PromoteAsync(Caller.Of(user), release!.Value, request.Stage, request.PlanDigest, ct), promotions, ct)
            : Problems.Bad("release", $"'{request.Release}' is not a release.", "write sha256: and 64 hex digits");

    private static async Task<Results<Accepted<PromotionView>, ProblemHttpResult>> Decide(
        string id, DecisionRequest request, PromotionCommands commands, PromotionQueries promotions, ClaimsPrincipal user,
        CancellationToken ct)
    {
        if (request.Decision is not ("approve" or "reject"))
            return Problems.Bad("decision", $"'{request.Decision}' is not a decision.", "write approve or reject");
        if (request.Decision == "reject" && string.IsNullOrWhiteSpace(request.Comment))
            return Problems.Bad("comment", "A rejection needs a comment.", "say why, so that the author knows what to change");
        if (await FindAsync(id, promotions, ct) is not { } p)
            return Missing(id);
        var outcome = request.Decision == "approve"
            ? await commands.ApproveAsync(Caller.Of(user), p.Id, request.PlanDigest, request.Comment, ct)
            : await commands.RejectAsync(Caller.Of(user), p.Id, request.Comment, ct);
        return await AnswerAsync(outcome, promotions, ct);
    }

    private static async Task<Results<Accepted<PromotionView>, ProblemHttpResult>> Rollback(
        string id, RollbackRequest? request, PromotionCommands commands, PromotionQueries promotions, ClaimsPrincipal user,
        CancellationToken ct) =>
        await FindAsync(id, promotions, ct) is { } p
            ? await AnswerAsync(await commands.RollbackAsync(Caller.Of(user), p.Id, request?.Comment, ct), promotions, ct)
            : Missing(id);

    private static async Task<Results<Accepted<PromotionView>, ProblemHttpResult>> AnswerAsync(
        PromotionOutcome outcome, PromotionQueries promotions, CancellationToken ct) =>
        outcome is PromotionOutcome.Done done
            ? TypedResults.Accepted($"/api/v1/promotions/{done.Promotion}", await promotions.FindAsync(done.Promotion, ct))
            : Problems.Of(outcome);

    // A promotion is named by its id or by its number.
    private static async Task<PromotionView?> FindAsync(string id, PromotionQueries promotions, CancellationToken ct) =>
        Guid.TryParse(id, out var guid) ? await promotions.FindAsync(new PromotionId(guid), ct)
        : long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? await promotions.FindAsync(number, ct)
        : null;

    private static PromotionPhase? PhaseOf(string text)
    {
        var word = text.Replace("-", "", StringComparison.Ordinal);
        foreach (var phase in Enum.GetValues<PromotionPhase>())
        {
            if (string.Equals(phase.ToString(), word, StringComparison.OrdinalIgnoreCase))
                return phase;
        }

        return null;
    }

    private static bool TryDigest(string? text, out Digest? digest)
    {
        digest = Digest.TryParse(text, out var known) ? known : null;
        return digest is not null;
    }

    private static ProblemHttpResult Missing(string id) =>
        Problems.NotFound($"There is no promotion '{id}'.", "GET /api/v1/promotions lists them.");
}
