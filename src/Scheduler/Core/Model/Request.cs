namespace Pipeline.Scheduler.Core;

/// <summary>What should run. Its deploys are immutable; it says which one is in force.</summary>
/// <param name="ActiveDeploy">The one that was healthy last.</param>
/// <param name="PendingDeploy">The one that rolls out; never the active one.</param>
internal sealed record Request(
    string Id, RequestKind Kind, RequestState State, string? ActiveDeploy, string? PendingDeploy, DateTimeOffset CreatedAt);

internal enum RequestState
{
    Active,
    Removing,
    Removed,
}
