using Microsoft.Extensions.Hosting;

namespace Pipeline.Kernel.Files;

/// <summary>A folder that the server keeps to itself: made, or closed to others, before any service starts.</summary>
/// <param name="Path">Absolute, or below the working directory. Never one that others share, such as the data directory may be.</param>
public sealed record PrivateFolder(string Path);

/// <summary>Makes every registered <see cref="PrivateFolder"/>.</summary>
internal sealed class PrivateFolderSetUp(IEnumerable<PrivateFolder> folders) : IHostedLifecycleService
{
    /// <exception cref="UsageException">One belongs to somebody else.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var path in folders.Select(f => System.IO.Path.GetFullPath(f.Path)).Distinct())
            PrivateFiles.CloseFolder(path);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
