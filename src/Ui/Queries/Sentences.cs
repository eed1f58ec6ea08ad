using Pipeline.ArtifactStore.Contract;
using Pipeline.BuildRunner.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Ui.Queries;

/// <summary>Journal events in words: one sentence each, with the state it led to and the page that proves it.</summary>
public static class Sentences
{
    public static (string Sentence, string? State, string? Href) Of(JournalEntry entry, string? repository) => entry.Event switch
    {
        CommitPushed e => ($"pushed to {e.Branch}{(e.Forced ? " (forced)" : "")}", null, Commit(repository, e.Sha)),
        BranchDeleted e => ($"deleted branch {e.Branch}", null, null),
        StatusReported e => ($"status {e.Context} {e.State}: {e.Result}{Because(e.Reason)}", e.Result, null),
        ActionRecorded e => ($"{e.Action} {e.Target}{Said(e.Message)}", null, null),
        SecurityEventRaised e => ($"security: {e.Code}: {e.Detail}", "security", entry.Subject.Commit is { } sha ? Commit(repository, sha) : null),
        ArtifactStored e => ($"stored artifact {e.Name}, {Components.Relative.Bytes(e.Bytes)}", "verified", Links.Artifact(e.Artifact.ToString())),
        ReleaseCreated e => ($"created release {e.Number}", "signed", repository is null ? null : Links.Release(repository, e.Number)),
        DefinitionRejected e => ($"rejected the definition of build #{e.Number}: {e.Problems.Count} errors", "rejected", Build(repository, e.Number)),
        BuildPlanned e => ($"planned build #{e.Number}: {string.Join(", ", e.Modules)}", "pending", Build(repository, e.Number)),
        BuildFinished e => ($"build #{e.Number} {Word(e.Outcome)}{Because(e.Reason)}", Word(e.Outcome), Build(repository, e.Number)),
        ModuleBuildStarted e => ($"module {e.Module} started", "building", null),
        StepStarted e => ($"{e.Module}: step {e.Step} started", "running", null),
        StepFinished e => ($"{e.Module}: step {e.Step} ended with exit code {e.ExitCode}", e.ExitCode == 0 ? "succeeded" : "failed", null),
        ModuleBuildFinished e => ($"module {e.Module} {Word(e.Outcome)}{Because(e.Reason)}", Word(e.Outcome), null),
        _ => OfCluster(entry) ?? OfPromotion(entry) ?? (entry.Kind, null, null),
    };

    private static (string, string?, string?)? OfCluster(JournalEntry entry) => entry.Event switch
    {
        TaskLaunched e => ($"launched {e.TaskId} on {e.Host}", "starting", Links.Task(e.Cluster, e.TaskId)),
        TaskRunning e => ($"{e.TaskId} runs", "running", Links.Task(e.Cluster, e.TaskId)),
        TaskHealthy e => ($"{e.TaskId} is healthy", "healthy", Links.Task(e.Cluster, e.TaskId)),
        TaskFinished e => ($"{e.TaskId} {Word(e.Outcome)}{Because(e.Reason)}", Word(e.Outcome), Links.Task(e.Cluster, e.TaskId)),
        DeployHealthy e => ($"{e.RequestId} is healthy in {e.Cluster}", "healthy", Links.Deployable(entry.Subject.Deployable ?? e.RequestId)),
        DeployFailed e => ($"{e.RequestId} failed in {e.Cluster}{Because(e.Reason)}", "failed", Links.Deployable(entry.Subject.Deployable ?? e.RequestId)),
        RequestChanged e => ($"{e.RequestId} {e.What.Replace('-', ' ')}: {e.Detail}{Because(e.Reason)}", null,
            Links.Deployable(entry.Subject.Deployable ?? e.RequestId)),
        AgentLost e => ($"agent {e.Host} was lost{Because(e.Reason)}", "lost", Links.Cluster(e.Cluster)),
        MachineChanged e => ($"{e.Detail}{Because(e.Reason)}", e.State, Links.Cluster(e.Cluster)),
        ClusterChanged e => ($"cluster {e.Cluster}: {e.What}", null, Links.Cluster(e.Cluster)),
        _ => null,
    };

    private static (string, string?, string?)? OfPromotion(JournalEntry entry) => entry.Event switch
    {
        PromotionCreated e => ($"offered the release to {e.Stage}", "pending", Links.Promotion(e.Promotion.Value)),
        PromotionWaiting e => ($"waits for {e.Stage}: {string.Join("; ", e.Blockers)}", "waiting", Links.Promotion(e.Promotion.Value)),
        PromotionApproved e => ($"approved for {e.Stage}{Said(e.Comment)}", "succeeded", Links.Promotion(e.Promotion.Value)),
        PromotionRejected e => ($"rejected for {e.Stage}{Said(e.Comment)}", "rejected", Links.Promotion(e.Promotion.Value)),
        PromotionStarted e => ($"started to deploy to {e.Stage}, generation {e.Generation}", "deploying", Links.Promotion(e.Promotion.Value)),
        PromotionBaking e => ($"healthy in {e.Stage}, watched for a while", "baking", Links.Promotion(e.Promotion.Value)),
        PromotionSucceeded e => ($"succeeded in {e.Stage}", "succeeded", Links.Promotion(e.Promotion.Value)),
        PromotionFailed e => ($"failed in {e.Stage}{Because(e.Reason)}", "failed", Links.Promotion(e.Promotion.Value)),
        PromotionRollingBack e => ($"returns {e.Stage} to the release before{Because(e.Reason)}", "rolling-back", Links.Promotion(e.Promotion.Value)),
        PromotionRolledBack e => ($"rolled back in {e.Stage}{Because(e.Reason)}", "rolled-back", Links.Promotion(e.Promotion.Value)),
        PromotionSuperseded e => ($"superseded in {e.Stage} by a newer release", "superseded", Links.Promotion(e.Promotion.Value)),
        _ => null,
    };

    private static string Because(string? reason) => string.IsNullOrEmpty(reason) ? "" : $": {reason}";
    private static string Said(string? comment) => string.IsNullOrEmpty(comment) ? "" : $": “{comment}”";
    private static string Word(Outcome outcome) => outcome.ToString().ToLowerInvariant();
    private static string? Commit(string? repository, CommitSha sha) => repository is null ? null : Links.Commit(repository, sha.ToString());
    private static string? Build(string? repository, int number) => repository is null ? null : Links.Build(repository, number);
}
