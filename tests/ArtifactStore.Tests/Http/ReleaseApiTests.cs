using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.TestKit;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests.Http;

/// <summary><c>/api/v1/releases</c>: pages, filters, holds, and what is not valid.</summary>
public sealed class ReleaseApiTests : IAsyncLifetime
{
    private const string Url = "/api/v1/releases";
    private static readonly CancellationToken None = CancellationToken.None;
    private ArtifactHost host = null!;

    public async ValueTask InitializeAsync() => host = await ArtifactHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task The_link_to_the_next_page_carries_the_filter_and_the_limit_until_the_last_page()
    {
        for (var i = 1; i <= 5; i++)
            await host.MakeReleaseAsync(i, $"{i:x40}");

        var (seen, sizes) = (new List<int>(), new List<int>());
        var next = $"{Url}?repository={Repository}&limit=2";
        while (next is not null)
        {
            var answer = await host.Http.GetAsync(next, None);
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>(None);
            var numbers = page.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("number").GetInt32()).ToList();
            seen.AddRange(numbers);
            sizes.Add(numbers.Count);
            next = answer.Headers.TryGetValues("Link", out var links) ? NextOf(links.Single()) : null;
            Assert.Equal(next is null, page.GetProperty("next").ValueKind == JsonValueKind.Null);
            if (next is not null)
                Assert.Contains($"cursor={page.GetProperty("next").GetString()}", next, StringComparison.Ordinal);
        }

        Assert.Equal([5, 4, 3, 2, 1], seen);
        Assert.Equal([2, 2, 1], sizes);
    }

    [Fact]
    public async Task A_page_has_thirty_releases_unless_the_caller_says_otherwise()
    {
        for (var i = 1; i <= 32; i++)
            await host.MakeReleaseAsync(i, $"{i:x40}");

        foreach (var (query, count) in new[] { ("", 30), ("?limit=0", 1), ("?limit=-7", 1), ("?limit=31", 31), ("?limit=2147483647", 32) })
            Assert.Equal((query, count), (query, (await host.JsonAsync(Url + query)).GetProperty("items").GetArrayLength()));
    }

    [Fact]
    public async Task A_release_that_nobody_made_is_not_found_and_has_no_statements()
    {
        await host.MakeReleaseAsync();
        var unknown = $"{Url}/{Digest.Of("none"u8)}";

        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(unknown, None)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync($"{unknown}/artifacts", None)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.PostAsJsonAsync($"{unknown}/hold", new { reason = "x" }, None)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.DeleteAsync($"{unknown}/hold", None)).StatusCode);
        Assert.Equal(0, (await host.JsonAsync($"{unknown}/attestations")).GetArrayLength());
    }

    [Fact]
    public async Task A_release_shows_what_it_runs_and_what_was_signed_about_it()
    {
        var release = await host.MakeReleaseAsync();

        var shown = await host.JsonAsync($"{Url}/{release.Digest}");
        Assert.Equal(
            (release.Digest.ToString(), Commit.ToString(), Build(1).ToString(), 1, JsonValueKind.Null),
            (shown.GetProperty("digest").GetString(), shown.GetProperty("commitSha").GetString(), shown.GetProperty("buildId").GetString(),
                shown.GetProperty("number").GetInt32(), shown.GetProperty("heldReason").ValueKind));
        Assert.Equal(["api", "web"], shown.GetProperty("deployables").EnumerateArray().Select(d => d.GetProperty("name").GetString()));
        var artifacts = (await host.JsonAsync($"{Url}/{release.Digest}/artifacts")).EnumerateArray();
        Assert.Equal([Api.Digest.ToString(), Web.Digest.ToString()], artifacts.Select(a => a.GetProperty("digest").GetString()));
        var statement = (await host.JsonAsync($"{Url}/{release.Digest}/attestations"))[0];
        var parameters = statement.GetProperty("predicate").GetProperty("buildDefinition").GetProperty("internalParameters");
        Assert.Equal(release.Digest.ToString(), parameters.GetProperty("release").GetString());
    }

    [Theory]
    [InlineData("  slow  ", "slow")]
    [InlineData("двa 🐢\nlines", "двa 🐢\nlines")]
    [InlineData("'; DROP TABLE artifact.release; --", "'; DROP TABLE artifact.release; --")]
    public async Task A_reason_is_shown_as_it_was_written_without_the_space_around_it(string reason, string shown)
    {
        var release = await host.MakeReleaseAsync();
        Assert.Equal(
            HttpStatusCode.NoContent, (await host.Http.PostAsJsonAsync($"{Url}/{release.Digest}/hold", new { reason }, None)).StatusCode);
        Assert.Equal(shown, (await host.JsonAsync($"{Url}/{release.Digest}")).GetProperty("heldReason").GetString());
    }

    [Fact]
    public async Task A_message_with_a_NUL_lifts_no_hold()
    {
        var release = await host.MakeReleaseAsync();
        await host.Http.PostAsJsonAsync($"{Url}/{release.Digest}/hold", new { reason = new string('x', 1000) }, None);

        var answer = await host.Http.DeleteAsync($"{Url}/{release.Digest}/hold?message=a%00", None);

        Assert.Equal(("/message", "The message holds a NUL character."), await ArtifactHost.ProblemAsync(answer));
        Assert.Equal(1000, (await host.JsonAsync($"{Url}/{release.Digest}")).GetProperty("heldReason").GetString()!.Length);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("view build promote approve operate administer", HttpStatusCode.Forbidden)]
    [InlineData("hold", HttpStatusCode.Forbidden)]
    public async Task Without_the_permission_to_view_and_to_hold_nothing_is_held_or_lifted(string? permissions, HttpStatusCode status)
    {
        var release = await host.MakeReleaseAsync();
        await host.Http.PostAsJsonAsync($"{Url}/{release.Digest}/hold", new { reason = "first" }, None);
        var before = await Written.ReadAsync(host.Get<NpgsqlDataSource>());
        host.Allow(permissions);

        Assert.Equal(status, (await host.Http.PostAsJsonAsync($"{Url}/{release.Digest}/hold", new { reason = "x" }, None)).StatusCode);
        Assert.Equal(status, (await host.Http.DeleteAsync($"{Url}/{release.Digest}/hold", None)).StatusCode);
        Assert.Empty(Written.Changes(before, await Written.ReadAsync(host.Get<NpgsqlDataSource>())));
    }

    private static string NextOf(string link)
    {
        Assert.EndsWith(">; rel=\"next\"", link, StringComparison.Ordinal);
        return link[1..link.IndexOf('>', StringComparison.Ordinal)];
    }
}
