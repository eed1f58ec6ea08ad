using System.Globalization;

namespace Pipeline.EndToEnd.Harness.Machines;

/// <summary>By how much the resident memory of a process has grown at its highest, from the kernel's own peak (proc_pid_status(5), VmHWM).
/// </summary>
public sealed class ServerMemory : IDisposable
{
    private readonly int process;
    private readonly long before;

    private ServerMemory(int process)
    {
        this.process = process;
        // The peak begins anew (proc_pid_clear_refs(5)).
        File.WriteAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/clear_refs"), "5");
        before = Read("VmRSS:");
    }

    /// <summary>Bytes.</summary>
    public long Growth => Read("VmHWM:") - before;

    public static ServerMemory Measure(int process) => new(process);

    public void Dispose() => TestContext.Current.TestOutputHelper?.WriteLine($"memory: {before >> 20} MB, grown by {Growth >> 20} MB");

    private long Read(string name) => 1024 * long.Parse(
        File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status"))
            .First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal),
        CultureInfo.InvariantCulture);
}
