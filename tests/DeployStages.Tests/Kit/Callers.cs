using System.Collections.Frozen;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Kit;

/// <summary>Who calls commands in tests.</summary>
internal static class Callers
{
    /// <summary>A person with every permission, in the group of release managers unless others are named.</summary>
    public static Caller Person(string name, string[]? groups = null, string[]? emails = null) =>
        new(Actor.Person(name), Permission.All.ToFrozenSet(), groups ?? ["release-managers"], emails ?? []);

    /// <summary>A token with every permission, as a program has it.</summary>
    public static Caller Token(string name) =>
        new(new Actor(ActorKind.Token, name), Permission.All.ToFrozenSet(), ["release-managers"], []);

    /// <summary>A person in the right group who holds these permissions and no others.</summary>
    public static Caller With(params IEnumerable<string> permissions) =>
        new(Actor.Person("niki"), permissions.ToFrozenSet(), ["release-managers"], []);

    /// <summary>A person in the right group who holds every permission but this one.</summary>
    public static Caller Without(string permission) => With(Permission.All.Where(p => p != permission));
}
