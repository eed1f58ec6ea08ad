using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Pipeline.GitWebhooks.Http;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Http;

/// <summary>Bodies of senders share a bounded memory, and it comes back.</summary>
public sealed class BodyBudgetTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly string Body = Payloads.Push(CommitSha.Parse(new string('a', 40)));

    [Fact]
    public void What_is_taken_and_given_back_adds_up_and_what_does_not_fit_takes_nothing()
    {
        var budget = new BodyBudget(10);

        Assert.True(budget.TryTake(7));
        Assert.False(budget.TryTake(4));
        Assert.Equal(7, budget.Held);
        Assert.True(budget.TryTake(3));
        budget.GiveBack(10);
        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public async Task Bodies_that_are_under_way_fill_the_budget_others_are_told_when_to_come_back_and_it_is_free_again_when_they_end()
    {
        await using var host = await GitHost.StartAsync(new() { ["GitWebhooks:UnverifiedBytes"] = "1048576" });
        var budget = host.Get<BodyBudget>();
        var senders = new List<TcpClient>();
        for (var i = 0; i < 4; i++)
            senders.Add(await UnfinishedAsync(host, bytes: 250_000));
        await Eventually.IsTrueAsync(() => Task.FromResult(budget.Held >= 1_000_000), Soon, "four bodies are held");
        senders.Add(await UnfinishedAsync(host, bytes: 40_000));
        await Eventually.IsTrueAsync(
            () => Task.FromResult(budget.Held >= 1_040_000 || senders[4].Available > 0), Soon, "the rest is taken");

        using var refused = await host.DeliverAsync(Body + new string(' ', 100_000));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter!.Delta);
        Assert.Equal("too-many-bodies", (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
        senders.ForEach(s => s.Dispose());
        await Eventually.IsTrueAsync(() => Task.FromResult(budget.Held == 0), Soon, "the memory is free again");
        Assert.Equal(HttpStatusCode.Accepted, (await host.DeliverAsync(Body)).StatusCode);
        await Eventually.IsTrueAsync(() => Task.FromResult(budget.Held == 0), Soon, "a delivery gives its memory back");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32 * 1024 - 1)]
    [InlineData(32 * 1024)]
    [InlineData(32 * 1024 + 1)]
    [InlineData(100_000)]
    public async Task A_body_of_any_size_arrives_as_it_was_sent(int padding)
    {
        await using var host = await GitHost.StartAsync();
        var sent = Body + new string(' ', padding);

        await host.ReceiveAsync(sent);

        Assert.Equal(Encoding.UTF8.GetBytes(sent), await host.ScalarAsync<byte[]>("SELECT body FROM git.delivery"));
    }

    private static async Task<TcpClient> UnfinishedAsync(GitHost host, int bytes)
    {
        var client = new TcpClient();
        await client.ConnectAsync(host.Http.BaseAddress!.Host, host.Http.BaseAddress.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "POST /hooks/github HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=00\r\nContent-Length: 20000000\r\n\r\n"));
        await client.GetStream().WriteAsync(new byte[bytes]);
        return client;
    }
}
