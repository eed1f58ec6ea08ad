namespace Pipeline.BuildRunner.Logs;

/// <summary>One writer at a time in each folder of logs. A disk that hangs keeps nobody waiting who writes elsewhere.</summary>
internal sealed class LogGates
{
    private readonly Dictionary<string, Gate> gates = new(StringComparer.Ordinal);

    /// <summary>Waits for the folder.</summary>
    /// <returns>To be disposed of when the writing is over.</returns>
    public async Task<IDisposable> EnterAsync(string folder, CancellationToken ct)
    {
        var gate = Join(folder);
        try
        {
            await gate.Turn.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            Leave(folder, gate);
            throw;
        }

        return new Turn(() =>
        {
            gate.Turn.Release();
            Leave(folder, gate);
        });
    }

    private Gate Join(string folder)
    {
        lock (gates)
        {
            if (!gates.TryGetValue(folder, out var gate))
                gates[folder] = gate = new Gate();
            gate.Users++;
            return gate;
        }
    }

    private void Leave(string folder, Gate gate)
    {
        lock (gates)
        {
            if (--gate.Users == 0)
                gates.Remove(folder);
        }
    }

    private sealed class Gate
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);
        public int Users { get; set; }
    }

    private sealed class Turn(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
