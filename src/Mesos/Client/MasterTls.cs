using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Mesos.Client;

/// <summary>TLS to a master: whom we trust, and what to do when no connection comes about.</summary>
internal static class MasterTls
{
    /// <summary>The usual cause (MESOS-9730 and the default of LIBPROCESS_SSL_CIPHERS).</summary>
    private const string CipherHint =
        " Mesos offers by default only ciphers without ECDHE, which .NET does not accept: set LIBPROCESS_SSL_CIPHERS on the masters to, " +
        "for example, ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256.";

    private const string CertificateHint =
        " The master's certificate must name the host of its address and come from an authority that this machine trusts, or from one in " +
        "the file Clusters:<name>:CaFile.";

    /// <exception cref="MesosCallException">The file cannot be read, or has no certificate.</exception>
    public static SslClientAuthenticationOptions Options(string? caFile)
    {
        if (caFile is null)
            return new SslClientAuthenticationOptions();
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(caFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new MesosCallException(null, $"CaFile {caFile}: {e.Message}", e);
        }

        return policy.CustomTrustStore.Count > 0
            ? new SslClientAuthenticationOptions { CertificateChainPolicy = policy }
            : throw new MesosCallException(null, $"CaFile {caFile}: no certificate in it. Give a PEM file.");
    }

    /// <summary>Empty when the failure has nothing to do with TLS.</summary>
    public static string HintFor(Exception failure)
    {
        var tls = false;
        for (var e = failure.InnerException; e is not null; e = e.InnerException)
        {
            if (e is AuthenticationException && e.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase))
                return CertificateHint;
            tls |= e is AuthenticationException;
        }

        return tls ? CipherHint : "";
    }
}
