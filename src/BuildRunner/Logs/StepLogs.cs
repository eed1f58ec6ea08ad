using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Logs;

/// <summary>One file a step: <c>&lt;data&gt;/logs/&lt;build&gt;/&lt;module&gt;/&lt;step&gt;.log</c>, bytes as the runner sent
/// them.</summary>
internal sealed class StepLogs(IOptions<BuildRunnerOptions> options, LogSignal signal)
{
    private const int TailLines = 30;
    private const int TailBytes = 8192;
    private readonly BuildLimits limits = new(options.Value.StepLogBytes, options.Value.ModuleLogBytes);
    private readonly string root = Path.GetFullPath(options.Value.Logs);
    private readonly SemaphoreSlim[] gates = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    public string PathOf(BuildId build, string module, int step) =>
        Path.Combine(root, $"{build.Value:N}", module, string.Create(CultureInfo.InvariantCulture, $"{step}.log"));

    public static long SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Appends when <paramref name="offset"/> is where the file ends: what was sent before and arrived is not there
    /// twice. Nothing is appended beyond the limits of the step and of its module.</summary>
    public async Task<LogAppended> AppendAsync(string path, long offset, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        // Of the module: its steps share a limit.
        var gate = gates[(uint)Path.GetDirectoryName(path)!.GetHashCode(StringComparison.Ordinal) % gates.Length];
        await gate.WaitAsync(ct);
        try
        {
            var size = SizeOf(path);
            if (size != offset)
                return new LogAppended(false, false, size);
            var folder = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (size + content.Length > limits.LogOf(folder.EnumerateFiles().Sum(f => f.Length) - size))
                return new LogAppended(false, true, size);
            await using var file = new FileStream(
                path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);
            await file.WriteAsync(content, ct);
            return new LogAppended(true, false, file.Length);
        }
        finally
        {
            gate.Release();
            signal.Raise(path);
        }
    }

    /// <summary>An attempt begins anew: what the lost one wrote goes.</summary>
    public void Reset(BuildId build, string module)
    {
        var directory = Path.Combine(root, $"{build.Value:N}", module);
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    /// <summary>The last lines, at most 30 and 8 kB.</summary>
    public static string Tail(string path)
    {
        if (SizeOf(path) == 0)
            return "";
        return string.Join(
            '\n',
            LastLines(path, TailLines, TailBytes).TrimEnd('\n', '\r').Replace("\0", "", StringComparison.Ordinal).Split('\n').Select(
                l => l.TrimEnd('\r')));
    }

    /// <summary>The last lines of the file as they are, looking at no more than <paramref name="maxBytes"/>.</summary>
    public static string LastLines(string path, int lines, int maxBytes)
    {
        using var file = OpenRead(path);
        if (file is null)
            return "";
        var buffer = new byte[Math.Min(file.Length, maxBytes)];
        file.Seek(-buffer.Length, SeekOrigin.End);
        file.ReadExactly(buffer);
        var first = file.Length > buffer.Length ? CutCharacter(buffer) : 0;
        var from = buffer.Length;
        for (var left = lines; from > first; from--)
        {
            if (buffer[from - 1] == '\n' && from < buffer.Length && --left == 0)
                break;
        }

        return Encoding.UTF8.GetString(buffer.AsSpan(from));
    }

    /// <returns>Null when there is no such file: the next attempt has begun, and has removed it.</returns>
    public static FileStream? OpenRead(string path)
    {
        try
        {
            return new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // The rest of a UTF-8 sequence whose beginning was left out.
    private static int CutCharacter(ReadOnlySpan<byte> bytes)
    {
        var rest = 0;
        while (rest < Math.Min(3, bytes.Length) && (bytes[rest] & 0b1100_0000) == 0b1000_0000)
            rest++;
        return rest;
    }
}

/// <summary>What became of a piece of a log.</summary>
/// <param name="Appended">False: it does not begin where the log ends, or is too much.</param>
/// <param name="TooMuch">It would go beyond a limit.</param>
/// <param name="Size">Bytes that are there now.</param>
internal sealed record LogAppended(bool Appended, bool TooMuch, long Size);
