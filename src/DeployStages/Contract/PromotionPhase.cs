using System.Text.Json;

namespace Pipeline.DeployStages.Contract;

/// <summary>Where a promotion stands. The names are stored: never rename one.</summary>
public enum PromotionPhase
{
    /// <summary>Gates are closed or the slot is taken; holds no lock.</summary>
    Waiting,

    /// <summary>The deploys of the release are on their way to health.</summary>
    Deploying,

    /// <summary>Every instance is healthy; watched until the bake ends.</summary>
    Baking,

    /// <summary>The previous release is being restored.</summary>
    RollingBack,

    /// <summary>The release is healthy in the stage and the bake is over.</summary>
    Succeeded,

    /// <summary>The previous release runs again.</summary>
    RolledBack,

    /// <summary>The release failed, and nothing was restored.</summary>
    Failed,

    /// <summary>A person rejected it.</summary>
    Rejected,

    /// <summary>A newer release replaced it while it waited; nothing was touched.</summary>
    Superseded,
}

/// <summary>Phases in words.</summary>
internal static class PromotionPhases
{
    /// <summary>As API and command line write it: <c>rolling-back</c>.</summary>
    public static string ToKebab(this PromotionPhase phase) => JsonNamingPolicy.KebabCaseLower.ConvertName(phase.ToString());

    /// <summary>As a sentence says it: <c>rolling back</c>.</summary>
    public static string ToWords(this PromotionPhase phase) => phase.ToKebab().Replace('-', ' ');
}
