using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Sending;

namespace Pipeline.Scheduler.Tests.Sending;

/// <summary>One try of a readiness check against a real listener.</summary>
public sealed class ReadinessProbeTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ReadinessProbe probe = new(TimeProvider.System);
    private readonly WebApplication app;

    public ReadinessProbeTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0);
            k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(SelfSigned()));
        });
        app = builder.Build();
        app.Map("/status/{code:int}", (int code) => code == 204 ? Results.NoContent() : Results.Text($"code {code}", statusCode: code));
        app.Map("/redirect", () => Results.Redirect("/status/500"));
        app.Map("/long", () => new string('x', 5000));
        app.Map("/nul", () => "a\0b");
        app.Map("/never", (HttpContext http) => Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted));
    }

    public async ValueTask InitializeAsync() => await app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        probe.Dispose();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData("/status/200", true, 200)]
    [InlineData("status/200", true, 200)]
    [InlineData("/status/204", true, 204)]
    [InlineData("/redirect", true, 302)]
    [InlineData("/status/399", true, 399)]
    [InlineData("/status/400", false, 400)]
    [InlineData("/status/404", false, 404)]
    [InlineData("/status/500", false, 500)]
    public async Task An_answer_of_2xx_or_3xx_passes_and_no_redirect_is_followed(string path, bool passed, int status)
    {
        var answer = await TryAsync(path);
        Assert.Equal(("t1", passed, (int?)status, false), (answer.TaskId, answer.Passed, answer.Status, answer.Refused));
        Assert.InRange(answer.Took, TimeSpan.Zero, Patience);
    }

    [Fact]
    public async Task The_first_kilobyte_of_the_body_is_kept_and_holds_nothing_that_the_database_refuses()
    {
        Assert.Equal("code 500", (await TryAsync("/status/500")).Detail);
        Assert.Equal(new string('x', 1024), (await TryAsync("/long")).Detail);
        Assert.Equal("a\uFFFDb", (await TryAsync("/nul")).Detail);
    }

    [Fact]
    public async Task Https_is_asked_whatever_the_certificate_says()
    {
        var answer = await probe.TryAsync(new RunProbe("t1", "127.0.0.1", PortOf("https"), "/status/200", Patience, Https: true), None);
        Assert.True(answer.Passed, answer.Detail);
    }

    [Fact]
    public async Task No_answer_in_time_fails_and_is_not_taken_for_a_program_that_still_starts()
    {
        var answer = await TryAsync("/never", TimeSpan.FromMilliseconds(300));
        Assert.Equal((false, (int?)null, false, "no answer within 0.3 s"), (answer.Passed, answer.Status, answer.Refused, answer.Detail));
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData(null)]
    public async Task Where_nothing_listens_the_connection_is_refused(string? path)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var answer = await probe.TryAsync(new RunProbe("t1", "127.0.0.1", port, path, Patience), None);
        Assert.Equal((false, (int?)null, true), (answer.Passed, answer.Status, answer.Refused));
        Assert.NotEmpty(answer.Detail!);
    }

    [Fact]
    public async Task Without_a_path_a_connection_is_enough()
    {
        var answer = await TryAsync(null);
        Assert.Equal((true, (int?)null, "connected"), (answer.Passed, answer.Status, answer.Detail));
    }

    [Fact]
    public async Task An_address_that_is_none_is_a_failed_try_not_an_error()
    {
        var answer = await probe.TryAsync(new RunProbe("t1", "no such host", 80, "/", Patience), None);
        Assert.False(answer.Passed);
        Assert.NotEmpty(answer.Detail!);
    }

    [Fact]
    public async Task The_end_of_the_term_ends_the_try()
    {
        using var stop = new CancellationTokenSource();
        var trying = probe.TryAsync(new RunProbe("t1", "127.0.0.1", PortOf("http"), "/never", Patience), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trying);
    }

    private Task<ProbeCompleted> TryAsync(string? path, TimeSpan? timeout = null) =>
        probe.TryAsync(new RunProbe("t1", "127.0.0.1", PortOf("http"), path, timeout ?? Patience), None);

    private int PortOf(string scheme) => app.Urls.Select(u => new Uri(u)).Single(u => u.Scheme == scheme).Port;

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=another-name", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }
}
