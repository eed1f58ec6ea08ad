using Hangfire;
using Microsoft.Extensions.Options;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Contract.Commands;

/// <summary>Reports to the forge how a commit is doing.</summary>
public sealed class StatusCommands
{
    private readonly StatusStore store;
    private readonly IBackgroundJobClient jobs;
    private readonly TimeProvider time;
    private readonly string publicUrl;

    internal StatusCommands(StatusStore store, IBackgroundJobClient jobs, TimeProvider time, IOptions<GitWebhooksOptions> options)
    {
        (this.store, this.jobs, this.time) = (store, jobs, time);
        publicUrl = options.Value.PublicUrl.TrimEnd('/');
    }

    /// <summary>
    /// Writes the report and starts sending it, in the ambient transaction or one of its own. The newest report of a context wins;
    /// the same report twice changes nothing. Needs <see cref="Permission.Build"/>.
    /// </summary>
    /// <exception cref="PermissionDeniedException">The caller may not build.</exception>
    public Task ReportAsync(Caller caller, NewCommitStatus status, CancellationToken ct)
    {
        caller.Require(Permission.Build);
        return Transactions.InTransactionAsync(
            async token =>
            {
                var sent = status with
                {
                    Description = StatusText.Fit(status.Description), TargetPath = $"{publicUrl}/{status.TargetPath.TrimStart('/')}",
                };
                if (await store.ReportAsync(sent, time.GetUtcNow(), token) is { } id)
                    jobs.Enqueue<SendStatusJob>(j => j.ExecuteAsync(id, CancellationToken.None));
            },
            ct);
    }
}
