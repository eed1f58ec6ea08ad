using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Protocol;

/// <summary>The Mesos version whose wire this is.</summary>
internal static class MesosVersion
{
    public const string Number = "1.12.0";

    public static W.VersionInfo Info() => new()
    {
        Version = Number, BuildDate = "2024-08-23 00:00:00 UTC", BuildTime = 1724371200.0, BuildUser = "localmesos",
        GitSha = "0000000000000000000000000000000000000000",
    };
}
