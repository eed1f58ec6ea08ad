using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.Attestation;
using Pipeline.Kernel;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests.Http;

/// <summary>Downloads: what a cache, a resuming client and a browser are promised.</summary>
public sealed class DownloadTests(SharedHost shared) : IClassFixture<SharedHost>, IAsyncLifetime
{
    private const string Whole = "0123456789";
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ArtifactHost host = shared.Host;
    private Digest digest;

    public async ValueTask InitializeAsync()
    {
        host.Allow("view hold");
        digest = await host.PutAsync(Encoding.ASCII.GetBytes(Whole));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("bytes=0-0", 206, "bytes 0-0/10", "0")]
    [InlineData("bytes=-3", 206, "bytes 7-9/10", "789")]
    [InlineData("bytes=4-", 206, "bytes 4-9/10", "456789")]
    [InlineData("bytes=8-99", 206, "bytes 8-9/10", "89")]
    [InlineData("bytes=-99", 206, "bytes 0-9/10", Whole)]
    [InlineData("bytes=10-", 416, "bytes */10", "")]
    [InlineData("bytes=5-4", 200, null, Whole)]
    [InlineData("bytes=0-1,4-5", 200, null, Whole)]
    [InlineData("nonsense", 200, null, Whole)]
    public async Task A_range_gives_those_bytes_and_a_wrong_one_gives_no_others(
        string range, int status, string? contentRange, string content)
    {
        var answer = await GetAsync($"/api/v1/artifacts/{digest}", ("Range", range));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(contentRange, answer.Content.Headers.ContentRange?.ToString());
        Assert.Equal(content, await answer.Content.ReadAsStringAsync(None));
    }

    [Theory]
    [InlineData("If-None-Match", "ETAG", 304)]
    [InlineData("If-None-Match", "\"a\", ETAG", 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "\"other\"", 200)]
    [InlineData("If-Match", "ETAG", 200)]
    [InlineData("If-Match", "\"other\"", 412)]
    public async Task The_digest_is_the_tag_of_the_bytes(string header, string value, int status)
    {
        var answer = await GetAsync($"/api/v1/artifacts/{digest}", (header, Tagged(value)));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 200 ? Whole : "", await answer.Content.ReadAsStringAsync(None));
        Assert.Equal($"\"{digest.Hex}\"", answer.Headers.ETag!.ToString());
    }

    [Theory]
    [InlineData("ETAG", 206, "56789")]
    [InlineData("\"other\"", 200, Whole)]
    public async Task A_download_resumes_only_when_the_bytes_are_still_the_same(string tag, int status, string content)
    {
        var answer = await GetAsync($"/api/v1/artifacts/{digest}", ("Range", "bytes=5-"), ("If-Range", Tagged(tag)));

        Assert.Equal((status, content), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(None)));
    }

    [Theory]
    [InlineData("GET", Whole)]
    [InlineData("HEAD", "")]
    public async Task Whatever_the_bytes_are_a_browser_neither_runs_nor_guesses_them(string method, string content)
    {
        var answer = await host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), $"/api/v1/artifacts/{digest}"), None);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(content, await answer.Content.ReadAsStringAsync(None));
        Assert.Equal(
            ("application/octet-stream", 10, "attachment", "nosniff", "bytes"),
            (answer.Content.Headers.ContentType!.ToString(), answer.Content.Headers.ContentLength,
                answer.Content.Headers.ContentDisposition!.DispositionType, answer.Headers.GetValues("X-Content-Type-Options").Single(),
                answer.Headers.AcceptRanges.Single()));
        Assert.Equal((true, TimeSpan.FromDays(365)), (answer.Headers.CacheControl!.Private, answer.Headers.CacheControl.MaxAge));
    }

    public static TheoryData<string, string?> Names => new()
    {
        { "api.tar.gz", "api.tar.gz" },
        { "A-z_0.9", "A-z_0.9" },
        { new string('x', 128), new string('x', 128) },
        { new string('x', 129), null },
        { "", null },
        { "..", null },
        { ".bashrc", null },
        { "../../etc/passwd", null },
        { "a\\b", null },
        { "a b", null },
        { "a\"; filename=b", null },
        { "a\r\nSet-Cookie: x", null },
        { "a\0", null },
        { "ä.txt", null },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_name_of_a_download_is_plain_or_comes_from_the_digest(string name, string? given)
    {
        var answer = await GetAsync($"/api/v1/artifacts/{digest}?name={Uri.EscapeDataString(name)}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(given ?? $"{digest.Hex[..12]}.bin", answer.Content.Headers.ContentDisposition!.FileName);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_digest_may_come_without_its_prefix_and_in_upper_case()
    {
        Assert.Equal(Whole, await host.Http.GetStringAsync($"/api/v1/artifacts/{digest.Hex}", None));
        Assert.Equal(Whole, await host.Http.GetStringAsync($"/api/v1/artifacts/sha256:{digest.Hex.ToUpperInvariant()}", None));
    }

    public static TheoryData<string> NoDigests =>
        ["latest", new string('a', 63), new string('a', 65), new string('g', 64),
            "sha512:" + new string('a', 64), "SHA256:" + new string('a', 64),
            new string('a', 64) + "%0A", "%20" + new string('a', 64), "..%5Croot.pem"];

    [Theory]
    [MemberData(nameof(NoDigests))]
    public async Task What_is_no_digest_is_named_in_a_bad_request(string text)
    {
        foreach (var path in new[]
        {
            "artifacts/{0}", "artifacts/{0}/attestations", "releases/{0}", "releases/{0}/artifacts", "releases/{0}/attestations",
        })
        {
            var answer = await GetAsync("/api/v1/" + path.Replace("{0}", text, StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var (pointers, detail) = await ArtifactHost.ProblemAsync(answer);
            Assert.Equal("/digest", pointers);
            Assert.Equal($"'{Uri.UnescapeDataString(text)}' is not a digest: expected sha256: and 64 hex digits.", detail);
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("HEAD", "")]
    [InlineData("GET", "?verify=true")]
    public async Task Bytes_that_are_not_stored_are_not_found_and_that_is_not_cached(string method, string query)
    {
        var answer = await host.Http.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), $"/api/v1/artifacts/{Digest.Of("none"u8)}{query}"), None);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Null(answer.Headers.CacheControl);
    }

    [Theory]
    [InlineData("")]
    [InlineData("012345678")]
    [InlineData("01234567890")]
    [InlineData("0123456780")]
    public async Task Bytes_that_the_disk_changed_are_not_given_out_when_verified_and_the_problem_says_what_to_do(string changed)
    {
        var good = await host.PutAsync(Encoding.ASCII.GetBytes($"before it was '{changed}'"));
        await File.WriteAllTextAsync(host.FileOf(good), changed, None);

        var answer = await GetAsync($"/api/v1/artifacts/{good}?verify=true");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(None);
        Assert.Equal(VerificationCode.DigestMismatch, problem.GetProperty("type").GetString());
        Assert.Equal(
            $"The bytes stored as {good} have another digest now: do not use them."
            + " Restore the file from a backup, or remove it and build again.",
            problem.GetProperty("detail").GetString());
        Assert.Null(answer.Headers.CacheControl);
    }

    [Fact]
    public async Task Verified_bytes_that_are_right_are_given_out_and_a_word_that_is_no_boolean_is_refused()
    {
        Assert.Equal(Whole, await host.Http.GetStringAsync($"/api/v1/artifacts/{digest}?verify=true", None));
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync($"/api/v1/artifacts/{digest}?verify=perhaps")).StatusCode);
    }

    [Fact]
    public async Task Nothing_at_all_is_an_artifact_too()
    {
        var empty = await host.PutAsync([]);
        Assert.Empty(await host.Http.GetByteArrayAsync($"/api/v1/artifacts/{empty}?verify=true", None));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("hold", HttpStatusCode.Forbidden)]
    [InlineData("view", HttpStatusCode.OK)]
    public async Task Only_who_may_view_reads(string? permissions, HttpStatusCode status)
    {
        host.Allow(permissions);
        foreach (var path in new[]
        {
            $"artifacts/{digest}", $"artifacts/{Api.Digest}/attestations", "releases", $"releases/{shared.Release.Digest}",
            $"releases/{shared.Release.Digest}/artifacts", $"releases/{shared.Release.Digest}/attestations",
        })
            Assert.Equal(status, (await GetAsync("/api/v1/" + path)).StatusCode);
        Assert.Equal(status, (await host.Http.PostAsJsonAsync("/api/v1/attestations/verify", new { artifact = digest }, None)).StatusCode);
    }

    private string Tagged(string value) => value.Replace("ETAG", $"\"{digest.Hex}\"", StringComparison.Ordinal);

    private async Task<HttpResponseMessage> GetAsync(string url, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await host.Http.SendAsync(request, None);
    }
}
