using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Pipeline.EndToEnd.Harness;

namespace Pipeline.EndToEnd;

/// <summary>Who may read and who may write.</summary>
[Collection(AutomaticCollection.Name)]
public sealed class AccessTests(AutomaticPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

    public static TheoryData<string> Writes { get; } = new(
        "/api/v1/tokens", "/api/v1/repositories", "/api/v1/promotions", "/api/v1/clusters/production/reconcile",
        $"/api/v1/promotions/{Guid.Empty}/approvals", "/api/v1/tasks/none/kill");

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Nobody_writes_without_signing_in(string path)
    {
        var (status, problem) = await SendAsync(HttpMethod.Post, path, token: null);

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("sign-in-required", problem.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("plt_made-up")]
    [InlineData("not even a token")]
    public async Task An_unknown_token_is_refused_with_a_challenge(string token)
    {
        var (status, _) = await SendAsync(HttpMethod.Post, "/api/v1/tokens", token);

        Assert.Equal(HttpStatusCode.Unauthorized, status);
    }

    [Fact]
    public async Task A_permission_that_is_missing_is_403_and_a_revoked_token_is_401()
    {
        var viewer = await pipeline.CreateTokenAsync(new { login = "viewer", permissions = new[] { "view" } });

        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Post, "/api/v1/tokens", viewer)).Status);

        var tokens = await pipeline.GetAsync("/api/v1/tokens");
        var id = tokens!.Value.EnumerateArray().Single(t => t.GetProperty("login").GetString() == "viewer").GetProperty("id").GetString();
        using var revoked = await pipeline.Http.DeleteAsync($"/api/v1/tokens/{id}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(HttpMethod.Post, "/api/v1/tokens", viewer)).Status);
    }

    [Fact]
    public async Task Reading_is_open_on_this_machine_but_not_through_a_proxy()
    {
        using var here = new HttpClient { BaseAddress = new Uri(pipeline.Url) };
        using var throughProxy =
            new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(pipeline.Url) };
        throughProxy.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");

        using var local = await here.GetAsync("/api/v1/clusters");
        using var remote = await throughProxy.GetAsync("/api/v1/clusters");
        using var remotePage = await throughProxy.GetAsync("/deployables");

        Assert.Equal(HttpStatusCode.OK, local.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, remote.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, remotePage.StatusCode);
        Assert.Contains("/sign-in", remotePage.Headers.Location!.ToString());
    }

    [Theory]
    [InlineData("{\"login\":\"bad name!\"}", "/login")]
    [InlineData("{\"login\":\"x\",\"kind\":\"robot\"}", "/kind")]
    [InlineData("{\"login\":\"x\",\"permissions\":[\"fly\"]}", "/permissions")]
    [InlineData("{\"login\":\"x\",\"expiresInDays\":-1}", "/expiresInDays")]
    public async Task A_bad_field_is_named(string body, string pointer)
    {
        var (status, problem) = await SendAsync(HttpMethod.Post, "/api/v1/tokens", pipeline.AdminToken, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(pointer, problem.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [Theory]
    [InlineData("{\"login\":")]
    [InlineData("{\"logn\":\"x\"}")]
    [InlineData("[]")]
    public async Task Bad_JSON_and_unknown_fields_are_400_and_never_500(string body)
    {
        var (status, problem) = await SendAsync(HttpMethod.Post, "/api/v1/tokens", pipeline.AdminToken, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid-request", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_OpenAPI_document_lists_the_spine()
    {
        var document = await pipeline.GetAsync("/openapi/v1.json");

        Assert.StartsWith("3.1", document!.Value.GetProperty("openapi").GetString());
        var paths = document.Value.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToHashSet();
        Assert.Superset(
            new HashSet<string> { "/api/v1/commits/{sha}", "/api/v1/promotions/{id}/approvals", "/api/v1/clusters", "/api/v1/events" },
            paths);
    }

    private async Task<(HttpStatusCode Status, JsonElement Problem)> SendAsync(
        HttpMethod method, string path, string? token, string body = "{}")
    {
        using var http = new HttpClient { BaseAddress = new Uri(pipeline.Url) };
        using var request =
            new HttpRequestMessage(method, path) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default);
    }
}
