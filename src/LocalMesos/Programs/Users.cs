namespace Pipeline.LocalMesos.Programs;

/// <summary>The users of this machine.</summary>
internal static class Users
{
    public static bool Exists(string name) =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith(name + ":", StringComparison.Ordinal));
}
