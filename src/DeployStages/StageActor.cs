using Pipeline.Kernel;

namespace Pipeline.DeployStages;

/// <summary>The slice as a caller of other slices and as the actor of what it does by itself.</summary>
internal static class StageActor
{
    /// <summary>Holds every permission.</summary>
    public static readonly Caller Caller = Caller.System("deploy-stages");

    /// <summary>The slice, on behalf of who started the promotion: the journal names him.</summary>
    public static Caller For(Actor actor) => Caller with { Actor = actor };

    /// <summary>As the journal names it.</summary>
    public static Actor System => Caller.Actor;
}
