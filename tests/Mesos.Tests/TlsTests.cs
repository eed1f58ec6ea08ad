using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using Pipeline.Mesos.Client;

namespace Pipeline.Mesos.Tests;

/// <summary>TLS with real certificates and handshakes.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pipeline-tls-").FullName;

    [Fact]
    public async Task Item_23_a_master_with_a_certificate_of_the_CaFile_is_trusted_for_stream_and_calls()
    {
        var (certificate, ca) = Certificates("localhost");
        await using var fake = Master(certificate).Then(Streams.Of(Streams.Subscribed()), keepOpen: true);
        await using var client = TestClient.Of(fake, new MesosMasterOptions { CaFile = ca });
        await client.ReceivesAsync<Subscribed>();
        await client.SendAsync(new KillTask("t", null, null));

        Assert.Equal("https", fake.Url.Scheme);
        Assert.Single(fake.Calls);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_refused_with_a_hint_about_the_CaFile()
    {
        await using var fake = Master(Certificates("localhost").Certificate);
        await using var client = TestClient.Of(fake);

        Assert.Contains("Clusters:<name>:CaFile", (await client.ReceivesAsync<Disconnected>()).Reason, StringComparison.Ordinal);
        Assert.Empty(fake.Subscribes);
    }

    [Fact]
    public async Task Another_authority_than_that_of_the_CaFile_and_another_host_are_refused()
    {
        var (certificate, _) = Certificates("localhost");
        var (elsewhere, itsCa) = Certificates("elsewhere.example");
        await using var foreign = Master(certificate);
        await using var wrongHost = Master(elsewhere);
        await using var one = TestClient.Of(foreign, new MesosMasterOptions { CaFile = itsCa });
        await using var other = TestClient.Of(wrongHost, new MesosMasterOptions { CaFile = itsCa });

        Assert.Contains("certificate", (await one.ReceivesAsync<Disconnected>()).Reason, StringComparison.Ordinal);
        Assert.Contains("certificate", (await other.ReceivesAsync<Disconnected>()).Reason, StringComparison.Ordinal);
        Assert.Empty(foreign.Subscribes);
        Assert.Empty(wrongHost.Subscribes);
    }

    [Fact]
    public async Task A_master_with_the_ciphers_that_Mesos_offers_by_default_shares_none_and_the_hint_says_what_to_set()
    {
        var (certificate, ca) = Certificates("localhost");
        await using var fake = new ScriptedMaster(new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            EnabledSslProtocols = SslProtocols.Tls12,
            // AES128-SHA and AES256-SHA, as in the default of LIBPROCESS_SSL_CIPHERS.
            CipherSuitesPolicy = new CipherSuitesPolicy(
                [TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA]),
        });
        await using var client = TestClient.Of(fake, new MesosMasterOptions { CaFile = ca });

        Assert.Contains("LIBPROCESS_SSL_CIPHERS", (await client.ReceivesAsync<Disconnected>()).Reason, StringComparison.Ordinal);
        Assert.Empty(fake.Subscribes);
    }

    [Fact]
    public async Task A_redirect_into_the_clear_is_not_followed_with_the_secret()
    {
        var (certificate, ca) = Certificates("localhost");
        await using var plain = new ScriptedMaster();
        await using var fake = Master(certificate);
        fake.Always = $"HTTP/1.1 307 Temporary Redirect\r\nLocation: {plain.Url}api/v1/scheduler\r\nContent-Length: 0\r\n\r\n";
        await using var client = TestClient.Of(fake, new MesosMasterOptions { CaFile = ca, Principal = "fw", Secret = "hush" });

        Assert.Contains("not followed", (await client.ReceivesAsync<Disconnected>()).Reason, StringComparison.Ordinal);
        Assert.Empty(plain.Subscribes);
    }

    [Theory]
    [InlineData(null, "Could not find file")]
    [InlineData("no pem", "no certificate in it")]
    public void A_CaFile_that_cannot_be_used_is_named(string? content, string reason)
    {
        var path = Path.Combine(directory, "bad.pem");
        if (content is not null)
            File.WriteAllText(path, content);
        var failure = Assert.Throws<MesosCallException>(() => new MesosMaster(
            new MesosMasterOptions { Masters = [new Uri("https://localhost:1")], CaFile = path }, TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<MesosMaster>.Instance));

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static ScriptedMaster Master(X509Certificate2 certificate) =>
        new(new SslServerAuthenticationOptions { ServerCertificate = certificate });

    /// <summary>A certificate for the host, and the file of the authority that signed it.</summary>
    private (X509Certificate2 Certificate, string CaFile) Certificates(string host)
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var caKey = RSA.Create(2048);
        var caRequest = new CertificateRequest($"CN=Test authority for {host}", caKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var ca = caRequest.CreateSelfSigned(from, to);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(ca, from, to, RandomNumberGenerator.GetBytes(8));
        var file = Path.Combine(directory, $"{Guid.NewGuid():N}.pem");
        File.WriteAllText(file, ca.ExportCertificatePem());
        using var both = signed.CopyWithPrivateKey(key);
        return (X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pfx), null), file);
    }
}
