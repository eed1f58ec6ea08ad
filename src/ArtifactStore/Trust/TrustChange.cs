using Pipeline.Attestation;
using Pipeline.Kernel.Text;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>What differs between two trust policies, for the journal.</summary>
internal static class TrustChange
{
    /// <param name="before">Null: there was none.</param>
    public static string Describe(TrustPolicy? before, TrustPolicy after)
    {
        var parts = new List<string>();
        foreach (var key in after.Keys)
        {
            var known = before?.Keys.FirstOrDefault(k => k.Id == key.Id);
            if (known is null)
                parts.Add($"key {Short(key.Id)} may sign as {Roles(key)}");
            if (key.RetiredAt is { } at && known?.RetiredAt != at)
                parts.Add($"key {Short(key.Id)} ({Roles(key)}) is retired at {at:u}");
        }

        var gone = before?.Keys.Where(k => after.Keys.All(a => a.Id != k.Id)) ?? [];
        parts.AddRange(gone.Select(k => $"key {Short(k.Id)} is no longer listed"));
        parts.AddRange(after.Revoked.Where(r => before is null || before.Revoked.All(b => b.KeyId != r.KeyId))
            .Select(r => $"key {Short(r.KeyId)} is revoked: {r.Reason}"));
        parts.Add($"valid until {after.Expires:u}");
        return string.Join("; ", parts);
    }

    private static string Short(string id) => ByteText.Cut(id, 12);

    private static string Roles(TrustedKey key) => string.Join(", ", key.Roles.Select(r => r.ToString().ToLowerInvariant()));
}
