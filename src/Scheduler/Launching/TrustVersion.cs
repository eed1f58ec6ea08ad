using Pipeline.Attestation;

namespace Pipeline.Scheduler.Launching;

/// <summary>The version of the trust policy by which the server signs; 0 without one.</summary>
internal sealed class TrustVersion(CurrentTrust? trust)
{
    public long Version => trust?.Invoke().Version ?? 0;
}
