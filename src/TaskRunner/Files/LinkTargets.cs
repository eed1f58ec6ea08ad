namespace Pipeline.TaskRunner.Files;

/// <summary>Which symbolic links an archive may hold.</summary>
internal enum LinkRule
{
    /// <summary>Of an artifact: they lead to what is in it, or to a program or library of the system, as in a Python venv.</summary>
    Inside,

    /// <summary>Of sources, as git has them: a link is a text there, and what builds elsewhere builds here.</summary>
    Any,
}

/// <summary>Judges symbolic links by walking them as the kernel would, over the links of the same archive.</summary>
internal static class LinkTargets
{
    /// <summary>The kernel follows no more links than that in one path.</summary>
    private const int MostHops = 40;

    private static readonly string[] SystemFolders = ["/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/"];

    /// <summary>Why a link may not be in an artifact; null when it stays inside, whatever it meets on its way.</summary>
    /// <param name="path">The link's own path from the root, normalised, with real folders above it.</param>
    /// <param name="target">What it says.</param>
    /// <param name="links">All links of the archive, by path.</param>
    public static string? WhyUnsafe(string path, string target, IReadOnlyDictionary<string, string> links)
    {
        if (target.Length == 0)
            return "names nothing";
        if (target.StartsWith('/'))
            return IsOfSystem(target) ? null : "is absolute, which is another place wherever the artifact is unpacked";
        var at = path.Split('/').SkipLast(1).ToList();
        var rest = new Stack<string>(target.Split('/').Reverse());
        for (var hops = 0; rest.TryPop(out var part);)
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                if (at.Count == 0)
                    return "leads out of it";
                at.RemoveAt(at.Count - 1);
                continue;
            }

            at.Add(part);
            if (!links.TryGetValue(string.Join('/', at), out var next))
                continue;
            if (++hops > MostHops)
                return null; // it leads round in a circle: nobody can follow it
            if (next.StartsWith('/'))
                return rest.Contains("..") ? "climbs after it left the artifact" : null; // that link is judged by itself
            at.RemoveAt(at.Count - 1);
            foreach (var more in next.Split('/').Reverse())
                rest.Push(more);
        }

        return null;
    }

    private static bool IsOfSystem(string target) =>
        SystemFolders.Any(f => target.StartsWith(f, StringComparison.Ordinal)) && !target.Split('/').Contains("..");
}
