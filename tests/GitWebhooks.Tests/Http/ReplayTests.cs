using System.Text;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.GitWebhooks.Core;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Tests.Http;

/// <summary>What is shown of a delivery is too little to send it again as something new.</summary>
public sealed class ReplayTests
{
    private static readonly string Body = Payloads.Push(CommitSha.Parse(new string('a', 40)));

    [Fact]
    public async Task A_signature_is_neither_kept_nor_shown_in_full()
    {
        await using var host = await GitHost.StartAsync();
        var id = await host.ReceiveAsync(Body);
        var signature = Signature.Of(Encoding.UTF8.GetBytes(Body), GitHost.Secret);

        var shown = (await host.GetJsonAsync($"/api/v1/deliveries/{id}")).GetRawText();
        var kept = await host.ScalarAsync<string>("SELECT headers::text FROM git.delivery");
        await host.ExecuteAsync($"UPDATE git.delivery SET headers = headers || '{{\"X-Hub-Signature-256\": \"{signature}\"}}'");
        var shownOfBefore = (await host.GetJsonAsync($"/api/v1/deliveries/{id}")).GetRawText();

        Assert.All([shown, kept!, shownOfBefore], text =>
        {
            Assert.DoesNotContain(signature, text, StringComparison.Ordinal);
            Assert.Contains(signature[..15], text, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("view", true)]
    [InlineData("operate", false)]
    public async Task A_body_is_shown_to_who_is_signed_in_and_may_read_and_to_nobody_else(string permission, bool shown)
    {
        await using var host = await GitHost.StartAsync();
        var id = await host.ReceiveAsync(Body);

        var detail = await host.Get<DeliveryQueries>().GetAsync(
            Caller.Anonymous with { Permissions = new HashSet<string> { permission } }, id, CancellationToken.None);

        Assert.Equal(shown ? Body : null, detail!.Body);
        Assert.Null((await host.Get<DeliveryQueries>().GetAsync(
            Caller.Anonymous, id, CancellationToken.None))!.Body);
    }
}
