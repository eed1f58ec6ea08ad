using Microsoft.Extensions.Logging;
using Pipeline.ArtifactStore.Core;
using Pipeline.ArtifactStore.Data;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.ArtifactStore.Contract.Commands;

/// <summary>Makes releases, holds them and lets them go.</summary>
public sealed class ReleaseCommands
{
    private readonly ReleaseStore releases;
    private readonly ReleaseWriter writer;
    private readonly StatementSigner signer;
    private readonly HoldWriter holds;
    private readonly Journal journal;
    private readonly ILogger<ReleaseCommands> logger;

    internal ReleaseCommands(
        ReleaseStore releases, ReleaseWriter writer, StatementSigner signer, HoldWriter holds, Journal journal,
        ILogger<ReleaseCommands> logger) =>
        (this.releases, this.writer, this.signer, this.holds, this.journal, this.logger) =
        (releases, writer, signer, holds, journal, logger);

    /// <summary>Makes, numbers and signs the release of a build. The same build again, or the same content, gives the release that is
    /// there. Needs <see cref="Permission.Build"/>.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not build.</exception>
    public Task<Release> CreateAsync(Caller caller, NewRelease release, CancellationToken ct)
    {
        caller.Require(Permission.Build);
        return Transactions.InTransactionAsync(
            async token =>
            {
                var document = ReleaseDocument.Of(release).ToCanonicalJson();
                var digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(document));
                var (found, number) = await writer.InsertAsync(release, digest, document, token);
                var stored = await releases.FindAsync(found, token);
                Invariant.Require(stored is not null);
                if (number is { } n)
                {
                    await signer.SignProvenanceAsync(release, digest, token);
                    logger.ReleaseMade(n, release.RepositoryId, digest, release.BuildId);
                    await journal.AppendAsync(
                        new ReleaseCreated(release.RepositoryId, release.CommitSha, release.BuildId, digest, n), caller.Actor,
                        HoldWriter.SubjectOf(stored), token);
                }

                return stored;
            },
            ct);
    }

    /// <summary>Keeps the release from being promoted, with a reason that people see. The first reason stays.
    /// Needs <see cref="Permission.Hold"/>.</summary>
    /// <returns>False when there is no such release.</returns>
    /// <exception cref="PermissionDeniedException">The caller may not hold releases.</exception>
    public Task<bool> HoldAsync(Caller caller, Digest release, string reason, CancellationToken ct)
    {
        caller.Require(Permission.Hold);
        return holds.ChangeAsync(caller.Actor, release, reason, new ActionRecorded("release.held", release.ToString(), reason), ct);
    }

    /// <summary>Lifts the hold. Needs <see cref="Permission.Hold"/>.</summary>
    /// <returns>False when there is no such release.</returns>
    /// <exception cref="PermissionDeniedException">The caller may not hold releases.</exception>
    public Task<bool> UnholdAsync(Caller caller, Digest release, string? message, CancellationToken ct)
    {
        caller.Require(Permission.Hold);
        return holds.ChangeAsync(caller.Actor, release, null, new ActionRecorded("release.released", release.ToString(), message), ct);
    }
}
