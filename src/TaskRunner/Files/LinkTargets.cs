namespace Pipeline.TaskRunner.Files;

internal static class LinkTargets
{
    /// <summary>Why a symbolic link may not be made or packed; null when it stays inside.</summary>
    /// <param name="path">The link's own path from the root, normalised.</param>
    public static string? WhyUnsafe(string path, string target)
    {
        if (target.Length == 0 || target.StartsWith('/') || target.Contains('\0', StringComparison.Ordinal))
            return "points outside (absolute)";
        var depth = path.Count(c => c == '/');
        var descended = false;
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
                continue;
            if (part != "..")
                descended = true;
            else if (descended)
                return "climbs after it descended";
            else if (--depth < 0)
                return "points outside";
        }

        return null;
    }
}
