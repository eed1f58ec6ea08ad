using System.Net;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Tests.Runner;

/// <summary>No task and no repository stores more artifacts here than the limits say, whatever runner it brings.</summary>
public sealed class ArtifactLimitTests : IAsyncLifetime
{
    private const string ModuleFull = "413 artifacts-too-large: The artifacts are more than may be stored. "
        + "The artifacts of module 'build' come to 1200 bytes; a module may store 1000 bytes (BuildRunner:ModuleArtifactBytes).";
    private const string RepositoryFull = "413 artifacts-too-large: The artifacts are more than may be stored. "
        + "The artifacts of the repository come to 1600 bytes; a repository may store 1500 bytes (BuildRunner:RepositoryArtifactBytes).";

    private BuildHost host = null!;

    public async ValueTask InitializeAsync() => host = await BuildHost.StartAsync(new Dictionary<string, string?>
    {
        ["BuildRunner:ModuleArtifactBytes"] = "1000", ["BuildRunner:RepositoryArtifactBytes"] = "1500",
    });

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_module_stores_up_to_its_limit_and_reads_the_limit_the_size_and_the_setting()
    {
        var (_, task) = await host.RunningAsync();
        using var client = task;

        Assert.Equal(HttpStatusCode.Created, (await PutAsync(client, 1, 800)).StatusCode);
        Assert.Equal(ModuleFull, await (await PutAsync(client, 2, 400)).RefusalAsync());
        Assert.False(host.Get<ArtifactQueries>().Has(DigestOf(2, 400)));
        Assert.Equal(HttpStatusCode.Created, (await PutAsync(client, 3, 200)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PutAsync(client, 4, 1)).StatusCode);
    }

    [Fact]
    public async Task What_is_not_kept_does_not_count()
    {
        var (_, task) = await host.RunningAsync();
        using var client = task;

        for (var i = 0; i < 3; i++)
        {
            using var other = await client.PutAsync($"artifacts/{DigestOf(9, 9)}", new ByteArrayContent(Bytes(1, 900)));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Created, (await PutAsync(client, 1, 900)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PutAsync(client, 2, 200)).StatusCode);
    }

    [Fact]
    public async Task Many_at_once_are_no_way_round_the_limit()
    {
        var (_, task) = await host.RunningAsync();
        using var client = task;

        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => PutAsync(client, (byte)i, 300)));

        Assert.Equal(3, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(5, answers.Count(a => a.StatusCode == HttpStatusCode.RequestEntityTooLarge));
    }

    [Fact]
    public async Task The_builds_of_a_repository_share_its_limit()
    {
        var (_, first) = await host.RunningAsync();
        Assert.Equal(HttpStatusCode.Created, (await PutAsync(first, 1, 1000)).StatusCode);
        var (_, second) = await host.RunningAsync();

        Assert.Equal(RepositoryFull, await (await PutAsync(second, 2, 600)).RefusalAsync());
        Assert.Equal(HttpStatusCode.Created, (await PutAsync(second, 3, 500)).StatusCode);
    }

    [Fact]
    public async Task An_artifact_of_no_announced_size_is_not_taken()
    {
        var (_, task) = await host.RunningAsync();
        using var client = task;
        var request = new HttpRequestMessage(HttpMethod.Put, $"artifacts/{DigestOf(1, 10)}")
        {
            Content = new ByteArrayContent(Bytes(1, 10)),
        };
        request.Headers.TransferEncodingChunked = true;

        Assert.Equal(
            "411 length-required: The size of an artifact has to be announced. Send Content-Length.",
            await (await client.SendAsync(request)).RefusalAsync());
    }

    private static byte[] Bytes(byte value, int length) => [.. Enumerable.Repeat(value, length)];

    private static Digest DigestOf(byte value, int length) => Digest.Of(Bytes(value, length));

    private static Task<HttpResponseMessage> PutAsync(HttpClient task, byte value, int length) =>
        task.PutAsync($"artifacts/{DigestOf(value, length)}", new ByteArrayContent(Bytes(value, length)));
}
