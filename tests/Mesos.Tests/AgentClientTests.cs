using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Mesos.Client;

namespace Pipeline.Mesos.Tests;

/// <summary>What we ask of agents, against what a real one answered (recorded in 11-operator-api-json).</summary>
public sealed class AgentClientTests : IDisposable
{
    private const string Recorded = """
        {"type":"GET_CONTAINERS","get_containers":{"containers":[{"framework_id":{"value":"c9129845-7e33-473e-b230-290ff264d6e8-0000"},
        "executor_id":{"value":"op"},"executor_name":"Command Executor (Task: op) (Command: sh -c 'echo out; ec...')",
        "container_id":{"value":"963c7eb2-fd9e-4a94-b0af-e8bd0ca65ce8"},"container_status":{"container_id":
        {"value":"963c7eb2-fd9e-4a94-b0af-e8bd0ca65ce8"},"executor_pid":11535},"resource_statistics":{"timestamp":1795356750.362205,
        "cpus_user_time_secs":0.15,"cpus_system_time_secs":0.05,"cpus_soft_limit":0.2,"mem_limit_bytes":67108864,
        "mem_soft_limit_bytes":67108864,"mem_rss_bytes":269869056}}]}}
        """;

    private readonly string directory = Directory.CreateTempSubdirectory("pipeline-agent-").FullName;

    [Fact]
    public async Task Containers_are_asked_for_and_read_as_they_were_recorded()
    {
        await using var agent = new ScriptedMaster { Always = Ok(Recorded) };
        using var client = new MesosAgentClient();
        var used = Assert.Single(await client.ContainersAsync(Base(agent), TestContext.Current.CancellationToken));

        var request = Assert.Single(agent.Subscribes);
        Assert.Equal(("/api/v1", """{"type":"GET_CONTAINERS"}""", "application/json"),
            (request.Target, Encoding.UTF8.GetString(request.Body), request.Headers["content-type"]));
        Assert.False(request.Headers.ContainsKey("authorization"));
        Assert.Equal(("op", 0.15, 0.05, 0.2), (used.ExecutorId, used.CpuUserSeconds, used.CpuSystemSeconds, used.CpuLimit));
        Assert.Equal((269869056L, 67108864L, (long?)null), (used.MemoryBytes, used.MemoryLimitBytes, used.DiskBytes));
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 14, 12, 30, 362, TimeSpan.Zero), used.At, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Principal_and_secret_go_to_the_agent_and_a_refusal_names_the_settings()
    {
        await using var agent = new ScriptedMaster
        {
            Always = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"mesos-agent-readwrite\"\r\nContent-Length: 17\r\n\r\n401 Unauthorized.",
        };
        using var client = new MesosAgentClient(new MesosAgentOptions { Principal = "pipeline", Secret = "hush" });
        var refused = await Assert.ThrowsAsync<HttpRequestException>(
            () => client.ContainersAsync(Base(agent), TestContext.Current.CancellationToken));

        Assert.Contains("AgentPrincipal", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refused.Message, StringComparison.Ordinal);
        Assert.Equal($"Basic {Convert.ToBase64String("pipeline:hush"u8)}", Assert.Single(agent.Subscribes).Headers["authorization"]);
    }

    [Fact]
    public async Task An_agent_with_a_certificate_of_its_CaFile_is_trusted_and_another_is_not()
    {
        var (certificate, ca) = Certificate();
        await using var agent =
            new ScriptedMaster(new SslServerAuthenticationOptions { ServerCertificate = certificate }) { Always = Ok(Recorded) };
        using var trusting = new MesosAgentClient(new MesosAgentOptions { CaFile = ca });
        using var strange = new MesosAgentClient();

        Assert.Single(await trusting.ContainersAsync(Base(agent), TestContext.Current.CancellationToken));
        var refused = await Assert.ThrowsAsync<HttpRequestException>(
            () => strange.ContainersAsync(Base(agent), TestContext.Current.CancellationToken));
        Assert.Contains("Clusters:<name>:AgentCaFile", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static string Ok(string json) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}";

    private static string Base(ScriptedMaster agent) => agent.Url.ToString().TrimEnd('/');

    private (X509Certificate2 Certificate, string CaFile) Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var file = Path.Combine(directory, "ca.pem");
        File.WriteAllText(file, own.ExportCertificatePem());
        return (X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null), file);
    }
}
