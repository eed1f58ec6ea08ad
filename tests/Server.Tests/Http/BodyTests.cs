using System.Net;
using System.Net.Sockets;
using System.Text;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Http;

/// <summary>Bodies that are too long, broken or never end.</summary>
public sealed class BodyTests : IAsyncLifetime
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private EdgeServer server = default!;
    private HttpClient http = default!;

    public async ValueTask InitializeAsync()
    {
        server = await EdgeServer.StartAsync();
        http = server.Client();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData(1024 * 1024, HttpStatusCode.OK)]
    [InlineData((1024 * 1024) + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task What_a_task_sends_before_its_token_is_known_is_no_larger_than_a_report(int bytes, HttpStatusCode status)
    {
        using var sent = new HttpRequestMessage(HttpMethod.Post, "/runner/v1/report") { Content = new ByteArrayContent(new byte[bytes]) };
        sent.Headers.TryAddWithoutValidation("Authorization", "Bearer of-a-task");
        using var answer = await http.SendAsync(sent, ct);

        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("2\r\n{}\r\n0\r\nX-A: a\0b\r\n\r\n")]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("ffffffffffffffff\r\n{}")]
    [InlineData("80000000\r\n{}")]
    public async Task A_body_whose_chunks_are_broken_is_the_callers_fault(string body)
    {
        var request = $"POST /api/v1/open HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{body}";

        var answer = await server.SendRawAsync(Encoding.ASCII.GetBytes(request), closeAfter: false, ct);

        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Errors.All, e => e.Contains("unhandled exception", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_caller_who_hangs_up_in_the_middle_of_a_body_is_no_fault_of_the_server()
    {
        foreach (var length in new[] { "Content-Length: 100", "Transfer-Encoding: chunked" })
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.LingerState = new LingerOption(true, 0);
            await socket.ConnectAsync(server.Url.Host, server.Url.Port, ct);
            var begun = $"POST /api/v1/open HTTP/1.1\r\nHost: localhost\r\n{length}\r\n\r\n2\r\n{{}}";
            await socket.SendAsync(Encoding.ASCII.GetBytes(begun), ct);
            await Eventually.IsTrueAsync(() => Task.FromResult(server.Reading == 1), TimeSpan.FromSeconds(20), "the body is being read");
            socket.Close();
            await Eventually.IsTrueAsync(() => Task.FromResult(server.Reading == 0), TimeSpan.FromSeconds(20), "the reading has ended");
        }

        Assert.DoesNotContain(server.Errors.All, e => e.Contains("unhandled exception", StringComparison.Ordinal));
    }
}
