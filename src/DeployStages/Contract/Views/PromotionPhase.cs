namespace Pipeline.DeployStages.Contract.Views;

/// <summary>Where a promotion stands. The names are stored: never rename one.</summary>
public enum PromotionPhase
{
    /// <summary>Gates are closed or the slot is taken; holds no lock.</summary>
    Waiting,

    /// <summary>The deploys of the release are on their way to health.</summary>
    Deploying,

    /// <summary>Every instance is healthy; watched until the bake ends.</summary>
    Baking,

    /// <summary>The release before it is being restored.</summary>
    RollingBack,

    Succeeded,
    RolledBack,

    /// <summary>Ended badly, and nothing was restored.</summary>
    Failed,

    /// <summary>A person said no.</summary>
    Rejected,

    /// <summary>A newer release took its place while it waited; nothing was touched.</summary>
    Superseded,
}
