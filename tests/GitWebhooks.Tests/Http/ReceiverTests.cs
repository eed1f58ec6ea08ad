using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Jobs;

namespace Pipeline.GitWebhooks.Tests.Http;

public sealed class ReceiverTests
{
    private static readonly string Body = Payloads.Push(Pipeline.Kernel.CommitSha.Parse(new string('a', 40)));

    [Fact]
    public async Task A_signed_delivery_is_stored_raw_and_starts_one_job()
    {
        await using var host = await GitHost.StartAsync();
        var answer = await host.DeliverAsync(Body, delivery: "72d3162e-cc78-11e3-81ab-4c9367dc0958");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var id = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("deliveryId").GetGuid();
        Assert.Equal([id], host.Jobs.Of<ProcessDeliveryJob>());
        var shown = JsonDocument.Parse(await host.Http.GetStringAsync($"/api/v1/deliveries/{id}")).RootElement;
        Assert.Equal(Body, shown.GetProperty("body").GetString());
        Assert.Equal("push", shown.GetProperty("headers").GetProperty("X-GitHub-Event").GetString());
    }

    [Fact]
    public async Task Fifty_deliveries_with_one_id_are_one_row_and_one_job()
    {
        await using var host = await GitHost.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.DeliverAsync(Body, delivery: "same")));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.StatusCode));
        Assert.Single((await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()))).Distinct());
        Assert.Equal(1, await host.ScalarAsync<long>("SELECT count(*) FROM git.delivery"));
        Assert.Single(host.Jobs.All);
    }

    [Fact]
    public async Task Both_secrets_are_accepted_while_they_rotate()
    {
        await using var host = await GitHost.StartAsync();
        var answer = await host.DeliverAsync(Body, signature: Signature.Of(Encoding.UTF8.GetBytes(Body), "the next one"));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256=")]
    [InlineData("sha256=zz")]
    [InlineData("sha1=7571")]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    public async Task A_wrong_signature_is_refused_with_a_problem(string signature)
    {
        await using var host = await GitHost.StartAsync();
        var answer = await host.DeliverAsync(Body, signature: signature);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(0, await host.ScalarAsync<long>("SELECT count(*) FROM git.delivery"));
    }

    [Fact]
    public async Task Without_a_configured_secret_nothing_is_accepted()
    {
        await using var host = await GitHost.StartAsync(new() { ["GitWebhooks:Secrets:0"] = null, ["GitWebhooks:Secrets:1"] = null });
        var answer = await host.DeliverAsync(Body, signature: Signature.Of(Encoding.UTF8.GetBytes(Body), ""));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("No webhook secret is configured", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ping", "pong")]
    [InlineData("something_new", null)]
    public async Task Events_that_need_no_work_are_stored_without_a_job(string name, string? message)
    {
        await using var host = await GitHost.StartAsync();
        var answer = await host.DeliverAsync("""{"zen":"Keep it logically awesome.","hook_id":1}""", name);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(message, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("message").GetString());
        Assert.Equal("ignored", await host.ScalarAsync<string>("SELECT state FROM git.delivery"));
        Assert.Empty(host.Jobs.All);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[1]")]
    [InlineData("{\"a\":1} x")]
    [InlineData("")]
    public async Task A_signed_body_that_is_no_object_is_a_bad_request(string body)
    {
        await using var host = await GitHost.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await host.DeliverAsync(body)).StatusCode);
    }

    [Theory]
    [InlineData("push", "")]
    [InlineData("", "d-1")]
    public async Task Missing_headers_are_a_bad_request(string name, string delivery)
    {
        await using var host = await GitHost.StartAsync();
        var answer = await host.DeliverAsync(Body, name, delivery);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("header-missing", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_encoded_delivery_is_read_from_its_field()
    {
        await using var host = await GitHost.StartAsync();
        var answer = await host.DeliverAsync("x=1&payload=" + WebUtility.UrlEncode(Body), type: "application/x-www-form-urlencoded");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Single(host.Jobs.All);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_than_25_MB_is_refused_without_being_read_to_its_end(bool announced)
    {
        await using var host = await GitHost.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(host.Http.BaseAddress!.Host, host.Http.BaseAddress.Port);
        await using var stream = client.GetStream();
        var framing = announced ? "Content-Length: 99999999" : "Transfer-Encoding: chunked";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "POST /hooks/github HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=00\r\nX-GitHub-Event: push\r\n"
            + $"X-GitHub-Delivery: d\r\n{framing}\r\n\r\n"));
        if (!announced)
        {
            var chunk = new byte[1 << 20];
            for (var i = 0; i < 26; i++)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes("100000\r\n"));
                await stream.WriteAsync(chunk);
                await stream.WriteAsync("\r\n"u8.ToArray());
            }
        }

        var answer = new byte[512];
        var length = await stream.ReadAsync(answer);
        Assert.StartsWith("HTTP/1.1 413", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sender_of_more_than_25_MB_that_sends_everything_first_hears_why_and_what_to_leave_out()
    {
        await using var host = await GitHost.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(host.Http.BaseAddress!.Host, host.Http.BaseAddress.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "POST /hooks/github HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=00\r\nX-GitHub-Event: push\r\n"
            + $"X-GitHub-Delivery: d\r\nContent-Length: {60 << 20}\r\n\r\n"));
        var piece = new byte[1 << 20];
        for (var i = 0; i < 60; i++)
            await stream.WriteAsync(piece);

        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 413", await reader.ReadLineAsync(), StringComparison.Ordinal);
        var said = "";
        while (!said.Contains("hint", StringComparison.Ordinal))
            said = await reader.ReadLineAsync() ?? "";
        Assert.Contains("\"title\":\"The delivery is larger than 25 MB.\"", said, StringComparison.Ordinal);
        Assert.Contains("Leave commits and head_commit out", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_forge_is_not_known()
    {
        await using var host = await GitHost.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.PostAsync("/hooks/gitlab", new StringContent("{}"))).StatusCode);
    }
}
