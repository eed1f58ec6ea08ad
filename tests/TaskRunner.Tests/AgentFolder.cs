using Pipeline.Attestation;

namespace Pipeline.TaskRunner.Tests;

/// <summary>What an operator puts on an agent.</summary>
internal static class AgentFolder
{
    /// <summary>Writes <c>trust.json</c>, and the root's public key beside it.</summary>
    /// <param name="days">How long the policy is valid; negative when it has ended.</param>
    /// <param name="signer">Signs the policy; the root unless it is forged.</param>
    public static void PublishTrust(
        string folder, long version, int days, SigningKey root, SigningKey signer, SigningKey builder, SigningKey promoter)
    {
        var policy = new TrustPolicy(
            version, DateTimeOffset.UtcNow.AddDays(days), [Key(builder, KeyRole.Builder), Key(promoter, KeyRole.Promoter)], []);
        File.WriteAllText(Path.Combine(folder, "trust.json"), TrustPolicy.Sign(policy, signer));
        File.WriteAllText(Path.Combine(folder, "root.pub"), root.PublicKeyPem);
    }

    private static TrustedKey Key(SigningKey key, KeyRole role) => new(
        key.Id, Convert.ToBase64String(key.PublicKey), SignatureFormat.P1363, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, [role]);
}
