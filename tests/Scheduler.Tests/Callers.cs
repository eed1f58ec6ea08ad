using Pipeline.Kernel;

namespace Pipeline.Scheduler.Tests;

/// <summary>Who calls commands in tests.</summary>
internal static class Callers
{
    /// <summary>Holds every permission.</summary>
    public static Caller System { get; } = Caller.System("tests");

    /// <summary>A person with these permissions and no others.</summary>
    public static Caller With(params IEnumerable<string> permissions) =>
        new(Actor.Person("ada"), permissions.ToHashSet(StringComparer.Ordinal), [], []);
}
