using Microsoft.Extensions.Logging;
using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Yaml;

namespace Pipeline.DeployStages;

internal static partial class Log
{
    [LoggerMessage(5000, LogLevel.Information, "Promotion policy {Path} is in force: {Stages} stages")]
    public static partial void PolicyLoaded(ILogger logger, string path, int stages);

    [LoggerMessage(5001, LogLevel.Error, "Promotion policy refused, the previous one stays in force: {Problem}")]
    public static partial void PolicyRefused(ILogger logger, DefinitionProblem problem);

    [LoggerMessage(5002, LogLevel.Information, "Promotion {Promotion} of {Release} into {Stage}: {From} to {To} {Reason}")]
    public static partial void PromotionMoved(
        ILogger logger, PromotionId promotion, Digest release, string stage, PromotionPhase from, PromotionPhase to, string? reason);

    [LoggerMessage(5003, LogLevel.Debug, "Promotion {Promotion} in {Phase} ignores {Event}")]
    public static partial void EventIgnored(ILogger logger, PromotionId promotion, PromotionPhase phase, string @event);

    [LoggerMessage(5004, LogLevel.Warning, "Release {Release} is held everywhere: {Code} {Detail}")]
    public static partial void ReleaseHeld(ILogger logger, Digest release, string code, string detail);

    [LoggerMessage(5005, LogLevel.Error, "A round of the promotion sweep failed; it is tried again")]
    public static partial void SweepFailed(ILogger logger, Exception failure);

    [LoggerMessage(5006, LogLevel.Information, "Deploy {Deploy} in {Cluster} has a fresh promotion statement")]
    public static partial void StatementRenewed(ILogger logger, string deploy, string cluster);

    [LoggerMessage(5007, LogLevel.Warning,
        "Deploy {Deploy} in {Cluster} cannot get a fresh promotion statement: its release or its request is another now. Promote it again")]
    public static partial void StatementNotRenewed(ILogger logger, string deploy, string cluster);

    [LoggerMessage(5008, LogLevel.Error, "A round of renewing promotion statements failed; it is tried again")]
    public static partial void RenewalFailed(ILogger logger, Exception failure);
}
