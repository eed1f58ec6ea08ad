using System.Security.Cryptography;

namespace Pipeline.Attestation;

/// <summary>The public keys in a PEM file, in order; text between them is skipped.</summary>
internal static class PemKeys
{
    public static IReadOnlyList<byte[]> Read(string pem)
    {
        var keys = new List<byte[]>();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label] is "PUBLIC KEY")
                keys.Add(Convert.FromBase64String(rest[fields.Base64Data].ToString()));
            rest = rest[fields.Location.End..];
        }

        return keys;
    }
}
