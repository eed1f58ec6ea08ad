using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Attestation;
using Pipeline.Kernel;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests.Http;

/// <summary>The whole of the API in three walks; the tables of each part stand beside.</summary>
public sealed class HttpTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private ArtifactHost host = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        host = await ArtifactHost.StartAsync();
        http = host.Http;
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Bytes_are_downloaded_whole_in_ranges_and_never_twice()
    {
        var bytes = Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray();
        var digest = await host.PutAsync(bytes);
        var url = $"/api/v1/artifacts/{digest}?name=api.tar.gz";

        var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, url), None);
        Assert.Equal((HttpStatusCode.OK, 100_000), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Contains("immutable", head.Headers.CacheControl!.ToString());
        Assert.Equal("api.tar.gz", head.Content.Headers.ContentDisposition!.FileName);
        Assert.Equal(bytes, await http.GetByteArrayAsync(url, None));

        using var range = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = new RangeHeaderValue(99_990, null) } };
        var part = await http.SendAsync(range, None);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[99_990..], await part.Content.ReadAsByteArrayAsync(None));

        using var cached = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { IfNoneMatch = { head.Headers.ETag! } } };
        Assert.Equal(HttpStatusCode.NotModified, (await http.SendAsync(cached, None)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/api/v1/artifacts/{Digest.Of("no"u8)}", None)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync("/api/v1/artifacts/latest", None)).StatusCode);
    }

    [Fact]
    public async Task Tampered_bytes_are_named_when_verified()
    {
        var release = await host.MakeReleaseAsync();
        var good = await VerifyAsync(new { artifact = Api.Digest });
        Assert.Equal((true, true), (good.GetProperty("verified").GetBoolean(), good.GetProperty("bytesIntact").GetBoolean()));

        await File.WriteAllTextAsync(host.FileOf(Api.Digest), "evil", None);

        var bad = await VerifyAsync(new { artifact = Api.Digest });
        Assert.Equal(VerificationCode.DigestMismatch, bad.GetProperty("code").GetString());
        var download = await http.GetAsync($"/api/v1/artifacts/{Api.Digest}?verify=true", None);
        Assert.Equal(HttpStatusCode.InternalServerError, download.StatusCode);
        var promotion = await VerifyAsync(new { artifact = Web.Digest, release = release.Digest, stage = "production", generation = 1 });
        Assert.Equal(VerificationCode.StatementMissing, promotion.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Releases_are_listed_shown_held_and_released_by_those_who_may()
    {
        var release = await host.MakeReleaseAsync();
        var url = $"/api/v1/releases/{release.Digest}";
        var list = await http.GetFromJsonAsync<JsonElement>($"/api/v1/releases?repository={Repository}&limit=1", None);
        Assert.Equal(1, list.GetProperty("items")[0].GetProperty("number").GetInt32());
        Assert.Equal(2, (await http.GetFromJsonAsync<JsonElement>($"{url}/artifacts", None)).GetArrayLength());
        Assert.Equal(1, (await http.GetFromJsonAsync<JsonElement>($"/api/v1/artifacts/{Api.Digest}/attestations", None)).GetArrayLength());

        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsJsonAsync($"{url}/hold", new { reason = " " }, None)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await http.PostAsJsonAsync($"{url}/hold", new { reason = "slow" }, None)).StatusCode);
        Assert.Equal("slow", (await http.GetFromJsonAsync<JsonElement>(url, None)).GetProperty("heldReason").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync($"{url}/hold", None)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync("/api/v1/releases?cursor=x", None)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync("/api/v1/releases?repository=o/r", None)).StatusCode);
        var numbered = await http.GetFromJsonAsync<JsonElement>($"/api/v1/releases?repository={Repository}&number=1", None);
        var only = Assert.Single(numbered.GetProperty("items").EnumerateArray());
        Assert.Equal(release.Digest.ToString(), only.GetProperty("digest").GetString());
        var none = await http.GetFromJsonAsync<JsonElement>($"/api/v1/releases?repository={Repository}&number=2", None);
        Assert.Equal(0, none.GetProperty("items").GetArrayLength());
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync("/api/v1/releases?number=1", None)).StatusCode);

        host.Allow("view");
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsJsonAsync($"{url}/hold", new { reason = "x" }, None)).StatusCode);
        host.Allow(null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(url, None)).StatusCode);
    }

    private async Task<JsonElement> VerifyAsync(object request) =>
        await (await http.PostAsJsonAsync("/api/v1/attestations/verify", request, None)).EnsureSuccessStatusCode()
            .Content.ReadFromJsonAsync<JsonElement>(None);
}
