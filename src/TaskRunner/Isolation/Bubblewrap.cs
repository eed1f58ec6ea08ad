using System.Globalization;

namespace Pipeline.TaskRunner.Isolation;

/// <summary>Builds a command line of bwrap(1): a file system that has only what is named here.</summary>
internal sealed class Bubblewrap(TaskUser user)
{
    /// <summary>The runner itself, where a program in the view finds it. Under development it is a folder of assemblies.</summary>
    public static string Program => IsFolder ? Folder + "/taskrunner" : Own + "/taskrunner";

    /// <summary>The variables of the program that is started.</summary>
    public const string Variables = Own + "/environment";

    private const string Own = "/run/pipeline";
    private const string Folder = Own + "/program";

    /// <summary>What programs commonly read there: names of hosts and services, certificates, libraries, alternatives, the time zone. No
    /// file that only root may read, no password, no key.</summary>
    private static readonly string[] Settings =
    [
        "alternatives", "ca-certificates", "crypto-policies", "debian_version", "dotnet", "fonts", "gai.conf", "gitconfig", "host.conf",
        "hosts", "java", "java-11-openjdk", "java-17-openjdk", "java-21-openjdk", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime",
        "locale.alias", "magic", "maven", "mime.types", "networks", "nsswitch.conf", "os-release", "perl", "pki", "protocols",
        "python3", "python3.11", "resolv.conf", "rpc", "services", "ssl/certs", "ssl/openssl.cnf", "terminfo", "timezone",
    ];

    private static readonly string[] SystemFolders = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

    private readonly List<string> arguments = [];

    /// <summary>The system's own programs and settings, to read.</summary>
    public void AddSystem()
    {
        ReadOnly("/usr");
        Folders("/etc", "/home", "/var");
        foreach (var name in SystemFolders)
        {
            // Links into /usr on a merged system.
            if (new DirectoryInfo("/" + name) is { Exists: true } folder)
                _ = folder.LinkTarget is { } target ? Add("--symlink", target, "/" + name) : ReadOnly("/" + name);
        }

        foreach (var setting in Settings)
            Add("--ro-bind-try", "/etc/" + setting, "/etc/" + setting);
        Add("--ro-bind-try", "/opt", "/opt");
        Add("--proc", "/proc", "--dev", "/dev");
        Add("--symlink", "../tmp", "/var/tmp");
    }

    /// <summary>Folders that the agent's operator opens to tasks, wherever they lie.</summary>
    public void AddTools(IReadOnlyList<string> folders)
    {
        foreach (var folder in folders)
        {
            Folders([.. Above(folder).Reverse()]);
            Add("--ro-bind-try", folder, folder);
        }
    }

    /// <summary>The only two users that the task knows: root, which owns the system, and itself.</summary>
    public void AddPeople(string sandbox, string home)
    {
        var (people, groups) = (Path.Combine(sandbox, "passwd"), Path.Combine(sandbox, "group"));
        Modes.Write(
            people, $"root:x:0:0:root:/:/usr/sbin/nologin\ntask:x:{Id}:{Id}:task:{home}:/bin/sh\n", Modes.ReadableFile);
        Modes.Write(groups, $"root:x:0:\ntask:x:{Id}:\n", Modes.ReadableFile);
        Add("--ro-bind", people, "/etc/passwd", "--ro-bind", groups, "/etc/group");
    }

    private static bool IsFolder => File.Exists(Environment.ProcessPath + ".dll");

    public void AddWritable(TaskFolder folder) => Add("--bind", folder.Path, folder.Seen);

    /// <summary>The first program in the view, and what it reads.</summary>
    public void AddEntrance(string variables)
    {
        if (IsFolder)
        {
            Add("--ro-bind", AppContext.BaseDirectory, Folder);
            AddTools([Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."))]);
        }
        else
            Add("--ro-bind", Environment.ProcessPath!, Program);
        Add("--ro-bind", variables, Variables);
    }

    private string Id => user.Id.ToString(CultureInfo.InvariantCulture);

    public IReadOnlyList<string> Build()
    {
        // Root needs no namespace of users: the entrance gives up root for the task's user, and for that alone it keeps three capabilities.
        string[] identity = user.IsOwn
            ? ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
            : ["--unshare-user", "--uid", Id, "--gid", Id];
        return
        [
            "/usr/bin/bwrap", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session", .. identity, .. arguments,
            "--remount-ro", "/", "--chdir", "/", "--",
        ];
    }

    private static IEnumerable<string> Above(string folder)
    {
        for (var above = Path.GetDirectoryName(folder.TrimEnd('/')); above is not (null or "/"); above = Path.GetDirectoryName(above))
            yield return above;
    }

    // Left to itself bwrap makes the folders above a file the owner's alone, who is root.
    private void Folders(params string[] folders)
    {
        foreach (var folder in folders)
            Add("--perms", "0755", "--dir", folder);
    }

    private List<string> ReadOnly(string folder) => Add("--ro-bind", folder, folder);

    private List<string> Add(params string[] more)
    {
        arguments.AddRange(more);
        return arguments;
    }
}
