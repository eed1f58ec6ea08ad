namespace Pipeline.Server.Tests.Tidy.Planted.Core;

/// <summary>Planted: a compiled core that reads a file without naming its type.</summary>
public static class ImpureDecision
{
    public static bool Of(FileSystemInfo place) => place.Exists;
}
