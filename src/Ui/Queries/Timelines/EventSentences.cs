using Pipeline.ArtifactStore.Contract;
using Pipeline.BuildRunner.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers.Contract;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Ui.Display;

namespace Pipeline.Ui.Queries.Timelines;

/// <summary>Journal events in words: one sentence each, with the state that the event led to and the page that shows it.</summary>
internal static class EventSentences
{
    /// <summary>The sentence of any event; one of a kind that this server does not know is named as such.</summary>
    public static EventSentence Of(JournalEntry entry, string? repository) =>
        OfCommit(entry, repository) ?? OfBuild(entry, repository) ?? OfCluster(entry) ?? OfPromotion(entry) ?? OfRoute(entry)
        ?? new EventSentence($"an event of a newer server: {entry.Kind}");

    private static EventSentence? OfCommit(JournalEntry entry, string? repository) => entry.Event switch
    {
        CommitPushed e => new($"pushed to {e.Branch}{(e.Forced ? " (forced)" : "")}", null, Commit(repository, e.Sha)),
        BranchDeleted e => new($"deleted branch {e.Branch}"),
        StatusReported e => new($"commit status {e.Context} {e.State}: {e.Result}{Because(e.Reason)}", e.Result),
        ActionRecorded e => new($"{e.Action} {e.Target}{Quoted(e.Message)}"),
        SecurityEventRaised e => new(
            $"security event {e.Code}: {e.Detail}", "security", entry.Subject.Commit is { } sha ? Commit(repository, sha) : null),
        _ => null,
    };

    private static EventSentence? OfBuild(JournalEntry entry, string? repository) => entry.Event switch
    {
        ArtifactStored e => new($"stored artifact {e.Name} ({Readable.Bytes(e.Bytes)})", "verified", Links.Artifact(e.Artifact.ToString())),
        ReleaseCreated e => new($"created release {e.Number}", "signed", repository is null ? null : Links.Release(repository, e.Number)),
        DefinitionRejected e => new(
            $"rejected the definition of build #{e.Number}: {Plural.Of(e.Problems.Count, "error", "errors")}", "rejected",
            Build(repository, e.Number)),
        BuildPlanned e => new($"planned build #{e.Number}: {string.Join(", ", e.Modules)}", "pending", Build(repository, e.Number)),
        BuildFinished e => new($"build #{e.Number} {Word(e.Outcome)}{Because(e.Reason)}", Word(e.Outcome), Build(repository, e.Number)),
        ModuleBuildStarted e => new($"module {e.Module} started", "building"),
        StepStarted e => new($"module {e.Module}: step {e.Step} started", "running"),
        StepFinished e => new($"module {e.Module}: step {e.Step} ended with exit code {e.ExitCode}",
        e.ExitCode == 0 ? "succeeded" : "failed"),
        ModuleBuildFinished e => new($"module {e.Module} {Word(e.Outcome)}{Because(e.Reason)}", Word(e.Outcome)),
        _ => null,
    };

    private static EventSentence? OfCluster(JournalEntry entry) => entry.Event switch
    {
        TaskLaunched e => new($"launched task {e.TaskId} on {e.Host}", "starting", Links.Task(e.Cluster, e.TaskId)),
        TaskRunning e => new($"task {e.TaskId} is running", "running", Links.Task(e.Cluster, e.TaskId)),
        TaskHealthy e => new($"task {e.TaskId} is healthy", "healthy", Links.Task(e.Cluster, e.TaskId)),
        TaskFinished e => new($"task {e.TaskId} {Word(e.Outcome)}{Because(e.Reason)}", Word(e.Outcome), Links.Task(e.Cluster, e.TaskId)),
        DeployHealthy e => new($"{e.RequestId} is healthy in {e.Cluster}", "healthy", Deployable(entry, e.RequestId)),
        DeployFailed e => new($"{e.RequestId} failed in {e.Cluster}{Because(e.Reason)}", "failed", Deployable(entry, e.RequestId)),
        RequestChanged e => new($"{e.RequestId} {e.What.Replace('-', ' ')}: {e.Detail}{Because(e.Reason)}", null, Deployable(entry,
        e.RequestId)),
        AgentLost e => new($"agent {e.Host} was lost{Because(e.Reason)}", "lost", Links.Agent(e.Cluster, e.Host)),
        MachineChanged e => new($"{e.Detail}{Because(e.Reason)}", e.State, Links.Cluster(e.Cluster)),
        ClusterChanged e => new($"cluster {e.Cluster}: {e.What}", null, Links.Cluster(e.Cluster)),
        _ => null,
    };

    private static EventSentence? OfPromotion(JournalEntry entry) => entry.Event switch
    {
        PromotionCreated e => Promotion(e.Promotion, $"created the promotion to {e.Stage}", "pending"),
        PromotionWaiting e => Promotion(e.Promotion, $"the promotion to {e.Stage} waits: {string.Join(" ", e.Blockers)}", "waiting"),
        PromotionApproved e => Promotion(e.Promotion, $"approved for {e.Stage}{Quoted(e.Comment)}", "succeeded"),
        PromotionRejected e => Promotion(e.Promotion, $"rejected for {e.Stage}{Quoted(e.Comment)}", "rejected"),
        PromotionStarted e => Promotion(e.Promotion, $"started deploying to {e.Stage}, generation {e.Generation}", "deploying"),
        PromotionBaking e => Promotion(e.Promotion, $"healthy in {e.Stage}, now baking", "baking"),
        PromotionSucceeded e => Promotion(e.Promotion, $"the promotion to {e.Stage} succeeded", "succeeded"),
        PromotionFailed e => Promotion(e.Promotion, $"the promotion to {e.Stage} failed{Because(e.Reason)}", "failed"),
        PromotionRollingBack e => Promotion(e.Promotion, $"{e.Stage} is rolling back to the previous release{Because(e.Reason)}",
        "rolling-back"),
        PromotionRolledBack e => Promotion(e.Promotion, $"{e.Stage} was rolled back{Because(e.Reason)}", "rolled-back"),
        PromotionSuperseded e => Promotion(e.Promotion, $"the promotion to {e.Stage} was superseded by a newer release", "superseded"),
        _ => null,
    };

    private static EventSentence? OfRoute(JournalEntry entry) => entry.Event switch
    {
        RouteClaimed e => new($"{e.Deployable} took the route {e.Route} in {e.Stage}", null, Links.Routes),
        RouteTransferred e => new(
            $"the route {e.Route} in {e.Stage} passed {(e.From is null ? "" : $"from {e.From} ")}to {e.Deployable}: {e.Reason}", null,
            Links.Routes),
        RouteReleased e => new($"{e.Deployable} gave up the route {e.Route} in {e.Stage}: {e.Reason}", null, Links.Routes),
        _ => null,
    };

    private static EventSentence Promotion(PromotionId id, string text, string state) => new(text, state, Links.Promotion(id.Value));

    private static string Because(string? reason) => string.IsNullOrEmpty(reason) ? "" : $": {reason}";
    private static string Quoted(string? comment) => string.IsNullOrEmpty(comment) ? "" : $": “{comment}”";
    private static string Word(Outcome outcome) => outcome.ToString().ToLowerInvariant();
    private static string? Commit(string? repository, CommitSha sha) => repository is null ? null : Links.Commit(repository,
        sha.ToString());
    private static string? Build(string? repository, int number) => repository is null ? null : Links.Build(repository, number);
    private static string Deployable(JournalEntry entry, string request) => Links.Deployable(entry.Subject.Deployable ?? request);
}

/// <summary>An event in words.</summary>
/// <param name="Text">Follows the actor's name.</param>
/// <param name="State">The state that it led to; null: none.</param>
/// <param name="Href">The page that shows it; null: none.</param>
internal sealed record EventSentence(string Text, string? State = null, string? Href = null);
