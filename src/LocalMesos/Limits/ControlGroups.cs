namespace Pipeline.LocalMesos.Limits;

/// <summary>
/// The kernel's control groups (cgroups(7)) in which tasks run: memory, number of processes, share of the processor. Of the first version,
/// with a tree for each controller, or of the second. They can be had by whoever may write to his own group, which is root as a rule.
/// </summary>
internal sealed class ControlGroups
{
    private const string Mount = "/sys/fs/cgroup";
    private static readonly string[] Controllers = ["memory", "pids", "cpu"];
    private readonly IReadOnlyDictionary<string, string> folders;
    private readonly bool unified;

    private ControlGroups(IReadOnlyDictionary<string, string> folders, bool unified) => (this.folders, this.unified) = (folders, unified);

    /// <param name="name">The name of the cluster's groups among those of others.</param>
    /// <returns>Null when limits cannot be enforced here, with the reason.</returns>
    public static (ControlGroups? Groups, string? Reason) Open(string name)
    {
        var own = File.ReadLines("/proc/self/cgroup").Select(l => l.Split(':', 3)).ToList();
        var unified = File.Exists(Path.Combine(Mount, "cgroup.controllers"));
        var folders = new Dictionary<string, string>();
        try
        {
            foreach (var controller in Controllers)
            {
                if (own.Find(l => unified ? l[0] == "0" : l[1].Split(',').Contains(controller)) is not { } line)
                    return (null, $"the kernel has no control groups for {controller}");
                var parent = unified ? Mount + line[2] : $"{Mount}/{line[1]}{line[2]}";
                folders[controller] = Path.Combine(parent, name);
                Directory.CreateDirectory(folders[controller]);
            }

            return unified ? OpenUnified(folders) : (new ControlGroups(folders, false), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, e.Message);
        }
    }

    /// <summary>Makes a group for one task.</summary>
    /// <exception cref="IOException">The kernel refuses it.</exception>
    public ControlGroup Create(string name, UsageLimits limits)
    {
        var places = folders.ToDictionary(f => f.Key, f => Path.Combine(f.Value, name));
        foreach (var place in places.Values.Distinct())
            Directory.CreateDirectory(place);
        var group = new ControlGroup(places, unified);
        group.Set(limits);
        return group;
    }

    // A group with processes of its own may pass no controller on: the tasks' groups lie beside our processes, below a group of theirs.
    private static (ControlGroups?, string?) OpenUnified(Dictionary<string, string> folders)
    {
        var folder = folders["memory"];
        var missing = Controllers.Except(File.ReadAllText(Path.Combine(folder, "cgroup.controllers")).Split(' ', '\n')).ToList();
        if (missing.Count > 0)
            return (null, $"the group {Path.GetDirectoryName(folder)} does not pass on {string.Join(", ", missing)}");
        foreach (var controller in Controllers)
            File.WriteAllText(Path.Combine(folder, "cgroup.subtree_control"), "+" + controller);
        return (new ControlGroups(folders, true), null);
    }
}
