using System.Text.Json;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Watching;

/// <summary>What is watched: where its state is read, and which events are about it.</summary>
/// <param name="Kind"><c>commit</c>, <c>build</c> or <c>promotion</c>.</param>
/// <param name="EventQuery">Filters the event stream.</param>
internal sealed record WatchTarget(string Kind, string Path, string EventQuery, Func<JsonElement, WatchedState> Read)
{
    private static readonly TimeSpan PushPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>A commit, or the id of a build or promotion. A commit that was not pushed yet is waited for, a minute.</summary>
    public static async Task<WatchTarget> FindAsync(Session session, string? name, string? until, CancellationToken ct)
    {
        if (name is not null && Guid.TryParse(name, out _))
        {
            var promotion = $"api/v1/promotions/{name}";
            return await session.Api.FindAsync(promotion, ct) is not null
                ? new WatchTarget("promotion", promotion, $"promotion={name}", WatchedState.OfPromotion)
                : Build(name);
        }

        return name is not null && name.Contains('#', StringComparison.Ordinal)
            ? Build(await session.Names.BuildIdAsync(name, ct))
            : await CommitAsync(session, await NameResolver.CommitAsync(name, ct), until, ct);
    }

    private static WatchTarget Build(string id) => new("build", $"api/v1/builds/{id}", $"build={id}", WatchedState.OfBuild);

    private static async Task<WatchTarget> CommitAsync(Session session, string commit, string? until, CancellationToken ct)
    {
        var path = CommitStatus.PathOf(commit);
        var started = session.Time.GetTimestamp();
        while (true)
        {
            if (await session.Api.FindAsync(path, ct) is { } found)
            {
                var sha = found.Text("sha");
                return new WatchTarget("commit", CommitStatus.PathOf(sha), $"commit={sha}", v => WatchedState.OfCommit(v, until));
            }

            if (session.Time.GetElapsedTime(started) > PushPatience)
            {
                throw new CommandException(
                    ExitCodes.NotFound, $"No push of commit {ForPeople.Short(commit)} arrived within a minute.",
                    "Check that it was pushed, and that the repository's webhook points to this server.");
            }

            await Task.Delay(PollInterval, session.Time, ct);
        }
    }
}
