using System.Runtime.InteropServices;

namespace Pipeline.EndToEnd.Harness;

/// <summary>Signals to real processes.</summary>
internal static class Posix
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigCont = 18;
    public const int SigStop = 19;

    public static void Send(int pid, int signal) => _ = Kill(pid, signal);

    /// <summary>Processes whose command line names the folder or that live in it.</summary>
    public static IReadOnlyList<string> ProcessesOf(string folder)
    {
        var found = new List<string>();
        foreach (var process in Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                var commandLine = File.ReadAllText($"{process}/cmdline").Replace('\0', ' ');
                var cwd = File.ResolveLinkTarget($"{process}/cwd", returnFinalTarget: false)?.FullName ?? "";
                if (commandLine.Contains(folder, StringComparison.Ordinal) || cwd.StartsWith(folder, StringComparison.Ordinal))
                    found.Add(commandLine);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended between two looks, or belongs to somebody else.
            }
        }

        return found;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
