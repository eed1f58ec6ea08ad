using System.Buffers;
using System.Text;
using Pipeline.TaskRunner.Server;

namespace Pipeline.TaskRunner.Build;

/// <summary>
/// The log of one step on its way to the server: masked, kept in a file of the sandbox, sent by offset. The step never waits for the
/// server, memory does not grow with the log, and a server that restarts says where to continue.
/// </summary>
internal sealed class StepLog : IAsyncDisposable
{
    private const int SendBytes = 1024 * 1024;
    private static readonly TimeSpan BatchPause = TimeSpan.FromMilliseconds(20);
    private readonly FileStream spool;
    private readonly LogMask mask;
    private readonly ServerClient server;
    private readonly TimeProvider time;
    private readonly int index;
    private readonly ArrayBufferWriter<byte> masked = new();
    private readonly SemaphoreSlim available = new(0, 1);
    private readonly Lock writing = new();
    private readonly Task sender;
    private readonly string path;
    private readonly LogLimit limit;
    private long written;
    private bool isFull;
    private readonly TaskCompletionSource complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StepLog(string path, int index, LogMask mask, LogLimit limit, ServerClient server, TimeProvider time)
    {
        this.path = path;
        this.limit = limit;
        this.index = index;
        this.mask = mask;
        this.server = server;
        this.time = time;
        spool = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.ReadWrite, BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        sender = Task.Run(() => SendAsync(CancellationToken.None));
    }

    /// <summary>Bytes that were kept.</summary>
    public long Bytes => Interlocked.Read(ref written);

    /// <summary>A line of what the step is.</summary>
    public void Echo(string line) => Write(Encoding.UTF8.GetBytes(line + "\n"), limit.OutputBytes);

    /// <summary>A line of the runner's own, less than 4 kB: kept also when the step's output is not any more.</summary>
    public void Write(string line) => Write(Encoding.UTF8.GetBytes(line + "\n"), limit.Bytes);

    private void Write(ReadOnlySpan<byte> bytes, long most)
    {
        lock (writing)
        {
            mask.Write(bytes, masked);
            Flush(most);
        }
    }

    /// <summary>Copies the output of a process until its end. Neither a full disk nor a full log must stop the process at its pipe: the
    /// rest is read and dropped.</summary>
    /// <exception cref="IOException">At the end, when the disk took not everything.</exception>
    public async Task PumpAsync(Stream output)
    {
        var buffer = new byte[64 * 1024];
        IOException? lost = null;
        int read;
        while ((read = await output.ReadAsync(buffer)) > 0)
        {
            try
            {
                if (lost is null)
                    Write(buffer.AsSpan(0, read), limit.OutputBytes);
            }
            catch (IOException e)
            {
                lost = e;
            }
        }

        if (lost is not null)
            throw new IOException($"The log could not be kept: {lost.Message}", lost);
    }

    /// <summary>Everything was written; comes back when the server has it all.</summary>
    public async Task CompleteAsync()
    {
        lock (writing)
        {
            mask.Finish(masked);
            Flush(limit.OutputBytes);
        }

        complete.TrySetResult();
        Wake();
        await sender;
    }

    public async ValueTask DisposeAsync()
    {
        complete.TrySetResult();
        Wake();
        await sender.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await spool.DisposeAsync();
        available.Dispose();
        File.Delete(path);
    }

    private void Flush(long most)
    {
        if (masked.WrittenCount == 0)
            return;
        var room = Math.Max(most - written, 0);
        Keep(masked.WrittenSpan[..(int)Math.Min(masked.WrittenCount, room)]);
        if (masked.WrittenCount > room && !isFull)
        {
            isFull = true;
            Keep(limit.Line);
        }

        if (masked.Capacity > SendBytes)
            masked.Clear();
        else
            masked.ResetWrittenCount();
        Wake();
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
            return;
        RandomAccess.Write(spool.SafeFileHandle, bytes, written);
        Interlocked.Add(ref written, bytes.Length);
    }

    private void Wake()
    {
        try
        {
            available.Release();
        }
        catch (SemaphoreFullException)
        {
            // The sender is awake already.
        }
    }

    private async Task SendAsync(CancellationToken ct)
    {
        var buffer = new byte[SendBytes];
        long sent = 0;
        while (true)
        {
            var last = complete.Task.IsCompleted;
            var unsent = Interlocked.Read(ref written) - sent;
            if (unsent <= 0)
            {
                if (last)
                    return;
                await available.WaitAsync(ct);
                continue;
            }

            var length = RandomAccess.Read(spool.SafeFileHandle, buffer.AsSpan(0, (int)Math.Min(unsent, SendBytes)), sent);
            sent = await server.AppendLogAsync(index, sent, buffer.AsMemory(0, length), ct);
            if (!last)
                await Task.WhenAny(complete.Task, Task.Delay(BatchPause, time, ct));
        }
    }
}
