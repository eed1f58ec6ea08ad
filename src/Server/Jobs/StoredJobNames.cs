using System.Collections.Frozen;
using Hangfire.Common;

namespace Pipeline.Server.Jobs;

/// <summary>
/// Hangfire stores a queued job under the name of its class. A class that moved is still found under the name of before, so that an
/// upgrade loses no queued job. Never remove a line.
/// </summary>
internal static class StoredJobNames
{
    /// <summary>Former name → name of now, both as Hangfire stores them.</summary>
    public static FrozenDictionary<string, string> Moved { get; } = new Dictionary<string, string>
    {
        ["Pipeline.DeployStages.AdvancePromotionJob, Pipeline.DeployStages"] =
            "Pipeline.DeployStages.Jobs.AdvancePromotionJob, Pipeline.DeployStages",
        ["Pipeline.DeployStages.AdvanceReleaseJob, Pipeline.DeployStages"] =
            "Pipeline.DeployStages.Jobs.AdvanceReleaseJob, Pipeline.DeployStages",
        ["Pipeline.DeployStages.DeployEndedJob, Pipeline.DeployStages"] =
            "Pipeline.DeployStages.Jobs.DeployEndedJob, Pipeline.DeployStages",
        ["Pipeline.DeployStages.HoldReleaseJob, Pipeline.DeployStages"] =
            "Pipeline.DeployStages.Jobs.HoldReleaseJob, Pipeline.DeployStages",
        ["Pipeline.DeployStages.OfferCommitJob, Pipeline.DeployStages"] =
            "Pipeline.DeployStages.Jobs.OfferCommitJob, Pipeline.DeployStages",
        ["Pipeline.DeployStages.OfferReleaseJob, Pipeline.DeployStages"] =
            "Pipeline.DeployStages.Jobs.OfferReleaseJob, Pipeline.DeployStages",
        ["Pipeline.Server.ReportStatusJob, Pipeline.Server"] = "Pipeline.Server.Jobs.ReportStatusJob, Pipeline.Server",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The type that a stored name means.</summary>
    public static Type? Resolve(string stored) => TypeHelper.DefaultTypeResolver(Moved.GetValueOrDefault(stored, stored));
}
