namespace Pipeline.LocalMesos.Agents;

internal static class Users
{
    public static bool Exists(string name) =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith(name + ":", StringComparison.Ordinal));
}
