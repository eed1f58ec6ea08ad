using Microsoft.Extensions.Time.Testing;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Runtime;
using Pipeline.TaskRunner.Server;
using Pipeline.TestKit;

namespace Pipeline.TaskRunner.Tests.Server;

/// <summary>Every call is repeated until it is answered, on a clock that does not wait.</summary>
public sealed class ServerClientTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new();
    private FakeServer server = null!;
    private ServerClient client = null!;

    public async ValueTask InitializeAsync()
    {
        server = await FakeServer.StartAsync();
        server.Spec = new BuildSpec("", "sha256:1", [], [], new Dictionary<string, string>(), []);
        client = new ServerClient(new Uri(server.Url + "/"), "t.1", TimeSpan.FromMinutes(15), time);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_ticket_is_exchanged_once_although_its_answer_is_lost_twice()
    {
        server.DropAfter = (_, n) => n <= 2;
        var redeemed = await Fast(client.RedeemAsync("ticket-1", reportsPorts: false, CancellationToken.None));
        Assert.Equal("sha256:1", Assert.IsType<BuildSpec>(redeemed.Spec).SourceDigest);
        Assert.Equal(3, server.Requests);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_and_is_not_repeated()
    {
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(
            () => Fast(client.RedeemAsync("wrong", reportsPorts: false, CancellationToken.None)));
        Assert.Equal(401, refused.Status);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_given_up_as_infra_after_the_patience()
    {
        server.DropBefore = (_, _) => true;
        var began = time.GetUtcNow();
        var given = await Assert.ThrowsAsync<InfraException>(
            () => Fast(client.RedeemAsync("ticket-1", reportsPorts: false, CancellationToken.None)));
        Assert.StartsWith("The server did not answer for 15 minutes: ", given.Message, StringComparison.Ordinal);
        Assert.InRange(time.GetUtcNow() - began, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(20));
        // From 50 ms doubling to 3 s: neither a storm nor a long silence.
        Assert.InRange(server.Requests, 15 * 60 / 60, 15 * 60 / 3 + 20);
    }

    [Fact]
    public async Task Whoever_waits_for_the_server_can_be_stopped()
    {
        server.DropBefore = (_, _) => true;
        using var stop = new CancellationTokenSource();
        var waiting = client.RedeemAsync("ticket-1", reportsPorts: false, stop.Token);
        await Eventually.IsTrueAsync(() => Task.FromResult(server.Requests > 0), TimeSpan.FromSeconds(20), "the server was asked");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task The_log_grows_by_offset_and_a_wrong_offset_tells_the_right_one()
    {
        await Redeem();
        Assert.Equal(5, await Fast(client.AppendLogAsync(0, 0, "first"u8.ToArray(), CancellationToken.None)));
        Assert.Equal(5, await Fast(client.AppendLogAsync(0, 0, "first"u8.ToArray(), CancellationToken.None)));
        Assert.Equal(5, await Fast(client.AppendLogAsync(0, 9, "later"u8.ToArray(), CancellationToken.None)));
        Assert.Equal(7, await Fast(client.AppendLogAsync(0, 5, ", "u8.ToArray(), CancellationToken.None)));
        Assert.Equal("first, ", server.Log(0));
    }

    [Fact]
    public async Task A_log_piece_whose_answer_is_lost_is_not_written_twice()
    {
        await Redeem();
        server.DropAfter = (_, n) => n == 2;
        Assert.Equal(5, await Fast(client.AppendLogAsync(0, 0, "first"u8.ToArray(), CancellationToken.None)));
        Assert.Equal("first", server.Log(0));
    }

    [Fact]
    public async Task Every_report_carries_the_token_and_arrives()
    {
        await Redeem();
        await Fast(client.ReportStepAsync(2, new StepReport("running", DateTimeOffset.UnixEpoch, null, null), CancellationToken.None));
        await Fast(client.ReportSecurityAsync(new SecurityReport("code", "detail", "a", "b"), CancellationToken.None));
        await Fast(client.ReportResultAsync(new BuildResult("succeeded", null, 0, null, null, []), CancellationToken.None));
        Assert.Equal((2, "running"), (server.Steps.Single().Index, server.Steps.Single().Report.State));
        Assert.Equal("code", server.Security.Single().Code);
        Assert.Equal("succeeded", server.Result!.Outcome);
    }

    [Fact]
    public async Task An_artifact_is_sent_again_from_its_beginning_when_the_connection_drops()
    {
        await Redeem();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "content");
        string digest;
        await using (var content = File.OpenRead(file))
            digest = await HashingCopy.DigestOfAsync(content, CancellationToken.None);
        Assert.False(await Fast(client.HasArtifactAsync(digest, CancellationToken.None)));
        server.DropBefore = (_, n) => n is 3 or 4;
        await Fast(client.PutArtifactAsync(digest, () => File.OpenRead(file), new FileInfo(file).Length, CancellationToken.None));
        Assert.True(await Fast(client.HasArtifactAsync(digest, CancellationToken.None)));
        Assert.Equal("content"u8.ToArray(), server.Artifacts[digest]);
        File.Delete(file);
    }

    [Fact]
    public async Task A_download_replaces_what_an_earlier_try_left_and_gives_the_digest_of_what_came()
    {
        await Redeem();
        server.Source = "content"u8.ToArray();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "what an earlier and longer try left behind");
        Assert.Equal(Tars.DigestOf(server.Source), await Fast(client.DownloadAsync("source", file, 7, CancellationToken.None)));
        Assert.Equal("content", await File.ReadAllTextAsync(file));
        File.Delete(file);
    }

    [Fact]
    public async Task Many_more_bytes_than_promised_are_not_read()
    {
        await Redeem();
        server.Source = new byte[4_000_000];
        var file = Path.GetTempFileName();
        var digest = await Fast(client.DownloadAsync("source", file, 200_000, CancellationToken.None));
        Assert.NotEqual(Tars.DigestOf(server.Source), digest);
        Assert.InRange(new FileInfo(file).Length, 200_001, 400_000);
        File.Delete(file);
    }

    private async Task Redeem() => await Fast(client.RedeemAsync("ticket-1", reportsPorts: false, CancellationToken.None));

    private async Task<T> Fast<T>(Task<T> call)
    {
        await Fast((Task)call);
        return await call;
    }

    private async Task Fast(Task call)
    {
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(3));
                return Task.FromResult(call.IsCompleted);
            },
            TimeSpan.FromSeconds(60), "the call ended");
        await call;
    }
}
