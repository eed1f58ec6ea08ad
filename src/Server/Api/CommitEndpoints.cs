using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Paging;

namespace Pipeline.Server.Api;

/// <summary><c>/api/v1/commits/{sha}</c>: a commit of any repository by 4 to 40 hex digits.</summary>
internal static class CommitEndpoints
{
    private const int TimelinePage = 200;

    public static void MapCommits(this IEndpointRouteBuilder app)
    {
        var commits = app.MapGroup("/api/v1/commits").RequireAuthorization(Permission.View).WithTags("Commits");
        commits.MapGet("/{sha}", Show);
        commits.MapGet("/{sha}/timeline", Timeline);
    }

    /// <summary>300 with the choices when the digits mean several commits.</summary>
    private static async Task<Results<Ok<CommitView>, JsonHttpResult<IReadOnlyList<CommitChoice>>, ProblemHttpResult>> Show(
        string sha, CommitQueries commits, CancellationToken ct)
    {
        var found = await commits.FindAsync(sha, ct);
        return found.Count switch
        {
            0 => Unknown(sha),
            1 => TypedResults.Ok(await commits.ViewAsync(found[0], ct)),
            _ => TypedResults.Json(Choices(found), statusCode: StatusCodes.Status300MultipleChoices),
        };
    }

    private static async Task<Results<Ok<Page<EventStreamEndpoints.EventView>>, JsonHttpResult<IReadOnlyList<CommitChoice>>, ProblemHttpResult>> Timeline(
        string sha, long? before, CommitQueries commits, JournalReader journal, EventKinds kinds, CancellationToken ct)
    {
        var found = await commits.FindAsync(sha, ct);
        if (found.Count == 0)
            return Unknown(sha);
        if (found.Count > 1)
            return TypedResults.Json(Choices(found), statusCode: StatusCodes.Status300MultipleChoices);
        var entries = await journal.AboutAsync(new JournalSubject { Commit = CommitSha.Parse(found[0].Sha) }, before, TimelinePage, ct);
        var next = entries.Count == TimelinePage ? $"{entries[^1].Id}" : null;
        return TypedResults.Ok(
            new Page<EventStreamEndpoints.EventView>([.. entries.Select(e => EventStreamEndpoints.ViewOf(e, kinds))], next));
    }

    private static ProblemHttpResult Unknown(string sha) => Problems.NotFound(
        $"No commit starts with '{sha}'. A commit is known once its push was received; name it by 4 to 40 hex digits.");

    private static IReadOnlyList<CommitChoice> Choices(IReadOnlyList<CommitRow> found) =>
        [.. found.Select(c => new CommitChoice(c.Sha, $"{c.Owner}/{c.Name}", c.Subject, $"/repos/{c.Owner}/{c.Name}/commits/{c.Sha}"))];
}
