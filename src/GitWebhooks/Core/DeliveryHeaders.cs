using Pipeline.Kernel.Text;

namespace Pipeline.GitWebhooks.Core;

/// <summary>What is kept and shown of the headers of a delivery.</summary>
internal static class DeliveryHeaders
{
    private const int KeptOfSignature = 8;
    private const char Cut = '…';

    /// <summary>The value; of a signature (<c>X-Hub-Signature</c>, <c>-256</c>, any header that is called so) only its kind and first
    /// digits: enough to compare, too little to send the body again.</summary>
    public static string Shown(string name, string value)
    {
        if (!name.Contains("signature", StringComparison.OrdinalIgnoreCase) && !name.Contains("token", StringComparison.OrdinalIgnoreCase))
            return value;
        var shown = value.IndexOf('=', StringComparison.Ordinal) + 1 + KeptOfSignature;
        return value.Length == shown + 1 && value[^1] == Cut ? value
            : ByteText.Cut(value, value.Length <= shown ? shown - KeptOfSignature : shown) + Cut;
    }
}
