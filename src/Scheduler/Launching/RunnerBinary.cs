using System.Security.Cryptography;
using Pipeline.Kernel;

namespace Pipeline.Scheduler.Launching;

/// <summary>The TaskRunner program that agents fetch by its digest.</summary>
internal sealed class RunnerBinary(string? configuredPath)
{
    private readonly Lock gate = new();
    private Digest? digest;

    public string FilePath { get; } = configuredPath ?? Path.Combine(AppContext.BaseDirectory, "taskrunner");

    public bool Exists => File.Exists(FilePath);

    /// <exception cref="InvalidOperationException">There is no such file; says what to do.</exception>
    public Digest Digest
    {
        get
        {
            lock (gate)
                return digest ??= Compute();
        }
    }

    private Digest Compute()
    {
        if (!Exists)
        {
            throw new InvalidOperationException(
                $"The TaskRunner program {FilePath} is missing: build it with scripts/build, or set Scheduler:TaskRunnerPath.");
        }

        using var file = File.OpenRead(FilePath);
        return Digest.FromHash(SHA256.HashData(file));
    }
}
