namespace Pipeline.Scheduler.Sandboxes;

/// <summary>A piece of a log.</summary>
/// <param name="Text">In words.</param>
/// <param name="Next">The offset after the piece, in bytes.</param>
/// <param name="Size">How long the log was when it was read, in bytes.</param>
internal sealed record LogText(string Text, long Next, long Size);

/// <summary>Reads a task's <c>stdout</c> or <c>stderr</c> in pieces that agents give at once.</summary>
internal sealed class SandboxLog(SandboxReader sandbox)
{
    /// <summary>How much is shown by default, in bytes.</summary>
    public const int DefaultBytes = 64 * 1024;

    /// <summary>The most that one answer carries from an offset.</summary>
    public const int MostBytes = 1024 * 1024;

    private const int MostTailBytes = 4 * 1024 * 1024;
    private const int PieceBytes = 64 * 1024;

    /// <summary>The last lines, looked for in the last 4 MiB.</summary>
    /// <param name="task">The task.</param>
    /// <param name="file">The file.</param>
    /// <param name="lines">Null for the last 64 KiB, from a line's start.</param>
    /// <param name="ct">Cancels the call.</param>
    public async Task<Found<LogText>> TailAsync(SandboxTask task, SandboxPath file, int? lines, CancellationToken ct)
    {
        for (long bytes = DefaultBytes; ; bytes *= 4)
        {
            var read = await FromEndAsync(task, file, bytes, ct);
            if (read.Value is not { } log)
                return read;
            var isWhole = log.Size <= bytes;
            if (lines is not { } wanted)
                return Show(log, isWhole ? log.Text : LogWindow.FromFirstLine(log.Text));
            if (LogWindow.LastLines(log.Text, wanted) is { } last)
                return Show(log, last);
            if (isWhole || bytes >= MostTailBytes)
                return Show(log, isWhole ? log.Text : LogWindow.FromFirstLine(log.Text));
        }
    }

    /// <summary>At most <paramref name="most"/> bytes from the offset on; empty past the end.</summary>
    public async Task<Found<LogText>> ReadAsync(SandboxTask task, SandboxPath file, long offset, long most, CancellationToken ct)
    {
        var end = await sandbox.ReadAsync(task, file, -1, 0, ct);
        if (end.Value is not { Offset: var size })
            return new Found<LogText>(null, end.Problem);
        var text = new System.Text.StringBuilder();
        var until = Math.Min(size, offset + most);
        while (offset < until)
        {
            var bytes = (int)Math.Min(PieceBytes, until - offset);
            var piece = await sandbox.ReadAsync(task, file, offset, bytes, ct);
            if (piece.Value is not { Data: var data })
                return new Found<LogText>(null, piece.Problem);
            var (whole, taken) = LogWindow.WholeCharacters(data, bytes, isLast: task.IsOver && offset + bytes == size);
            if (taken == 0 || data.Length == 0)
                break;
            text.Append(whole);
            offset += taken;
        }

        return new Found<LogText>(new LogText(text.ToString(), offset, size), null);
    }

    private async Task<Found<LogText>> FromEndAsync(SandboxTask task, SandboxPath file, long bytes, CancellationToken ct)
    {
        var end = await sandbox.ReadAsync(task, file, -1, 0, ct);
        return end.Value is { Offset: var size }
            ? await ReadAsync(task, file, Math.Max(0, size - bytes), MostTailBytes + PieceBytes, ct)
            : new Found<LogText>(null, end.Problem);
    }

    private static Found<LogText> Show(LogText log, string text) => new(log with { Text = text }, null);
}
