namespace Pipeline.Mesos;

/// <summary>The framework as it registers (FrameworkInfo). Sent in full with every SUBSCRIBE.</summary>
/// <param name="FrameworkId">Null only before the very first subscription.</param>
/// <param name="FailoverTimeout">At least a week: when it is over, the master kills everything that the framework runs.</param>
public sealed record FrameworkDescription(
    string? FrameworkId, string Name, string User, string Role, string? Principal, TimeSpan FailoverTimeout,
    string Hostname, string? WebUiUrl, bool StartSuppressed);
