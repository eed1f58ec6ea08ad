using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.BuildRunner.Core;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Logs;

/// <summary>One file a step: <c>&lt;data&gt;/logs/&lt;build&gt;/&lt;module&gt;/&lt;attempt&gt;/&lt;step&gt;.log</c>, bytes as the runner
/// sent them. The files are the truth: rows only say which attempt is read, so that nothing is locked while a disk works.</summary>
internal sealed class StepLogs(IOptions<BuildRunnerOptions> options, LogSignal signal)
{
    private const int TailLines = 30;
    private const int TailBytes = 8192;
    private readonly BuildLimits limits = new(options.Value.StepLogBytes, options.Value.ModuleLogBytes);
    private readonly string root = Path.GetFullPath(options.Value.Logs);
    private readonly LogGates gates = new();

    public string PathOf(LogPlace log) => Path.Combine(
        FolderOf(log.Build, log.Module, log.Attempt), string.Create(CultureInfo.InvariantCulture, $"{log.Step}.log"));

    public static long SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Appends when <paramref name="offset"/> is where the file ends: what was sent before and arrived is not there
    /// twice. Nothing is appended beyond the limits of the step and of its attempt of the module.</summary>
    public async Task<LogAppended> AppendAsync(LogPlace log, long offset, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        Transactions.RequireNone();
        var path = PathOf(log);
        // Of the attempt: its steps share a limit.
        using var turn = await gates.EnterAsync(Path.GetDirectoryName(path)!, ct);
        try
        {
            var size = SizeOf(path);
            if (size != offset)
                return new LogAppended(false, false, size);
            var folder = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (size + content.Length > limits.LogOf(folder.EnumerateFiles().Sum(f => f.Length) - size))
                return new LogAppended(false, true, size);
            // At its place, not at the end: the same piece through two servers at one moment is there once.
            using var file = File.OpenHandle(
                path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
            await RandomAccess.WriteAsync(file, content, offset, ct);
            return new LogAppended(true, false, offset + content.Length);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            // A later attempt has begun and removed the folder.
            return LogAppended.Nothing;
        }
        finally
        {
            signal.Raise(log);
        }
    }

    /// <summary>Removes what earlier attempts of the module wrote. Nobody reads it any more, so what cannot be removed now may stay until
    /// the next call.</summary>
    public void RemoveBefore(LogPlace log)
    {
        Transactions.RequireNone();
        if (log.Attempt is not { } attempt)
            return;
        Try(() => RemoveFolder(log with { Attempt = null }));
        foreach (var earlier in AttemptsOf(log).Where(a => a < attempt))
            Try(() => RemoveFolder(log with { Attempt = earlier }));
    }

    /// <summary>Removes what the attempt wrote of any step.</summary>
    public void Remove(LogPlace log)
    {
        Transactions.RequireNone();
        Try(() => RemoveFolder(log));
    }

    /// <summary>The last lines, at most 30 and 8 kB.</summary>
    public static string Tail(string path)
    {
        Transactions.RequireNone();
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
        Transactions.RequireNone();
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
        Transactions.RequireNone();
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

    private string FolderOf(BuildId build, string module, int? attempt) => Path.Combine(
        root, $"{build.Value:N}", module, attempt is { } n ? n.ToString(CultureInfo.InvariantCulture) : "");

    private List<int> AttemptsOf(LogPlace log)
    {
        var folder = new DirectoryInfo(FolderOf(log.Build, log.Module, null));
        return folder.Exists
            ? [.. folder.EnumerateDirectories().Select(f => int.TryParse(f.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                ? n
                : int.MaxValue)]
            : [];
    }

    // The folder without an attempt holds the folders of the others.
    private void RemoveFolder(LogPlace log)
    {
        var folder = new DirectoryInfo(FolderOf(log.Build, log.Module, log.Attempt));
        if (!folder.Exists)
            return;
        if (log.Attempt is not null)
            folder.Delete(recursive: true);
        else
            foreach (var file in folder.EnumerateFiles())
                file.Delete();
    }

    private static void Try(Action remove)
    {
        try
        {
            remove();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else removes it, or writes there at this moment and removes it when he is done.
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
internal sealed record LogAppended(bool Appended, bool TooMuch, long Size)
{
    /// <summary>Nothing was appended to nothing.</summary>
    public static LogAppended Nothing { get; } = new(false, false, 0);
}
