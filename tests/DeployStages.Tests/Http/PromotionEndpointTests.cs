using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Http;

/// <summary>What programs get for an answer about promotions, on a real socket.</summary>
public sealed class PromotionEndpointTests
{
    private const string Two = """
        stages:
          - { name: qa, cluster: qa, bake: 1s }
          - { name: production, cluster: production, after: qa, promote: manual, gates: { soak: 1h } }
        """;

    [Theory]
    [InlineData("limit=0", "invalid-request")]
    [InlineData("limit=201", "invalid-request")]
    [InlineData("state=gone", "invalid-request")]
    [InlineData("state=7", "invalid-request")]
    [InlineData("release=sha256:0", "invalid-request")]
    [InlineData("commit=abc", "invalid-request")]
    [InlineData("cursor=nonsense", "invalid-request")]
    public async Task A_list_that_cannot_be_is_refused_with_the_field(string query, string code)
    {
        await using var stages = await Stages.StartAsync(Two);
        using var http = await stages.ListenAsync();
        using var answer = await GetAsync(http, $"?{query}");
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.StatusCode, problem.GetProperty("type").GetString()));
        Assert.Equal($"/{query.Split('=')[0]}", problem.GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("hint").GetString()));
    }

    [Fact]
    public async Task A_list_is_filtered_and_paged_newest_first()
    {
        await using var stages = await Stages.StartAsync(Two);
        var first = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var second = await stages.ReleaseAsync();
        stages.Time.Advance(TimeSpan.FromSeconds(1));
        await stages.PromoteAsync(second, "production");
        using var http = await stages.ListenAsync();

        Assert.Equal(3, (await ItemsAsync(http, "")).Count);
        Assert.Equal(["deploying"], await StatesAsync(http, "?state=deploying"));
        Assert.Equal(["waiting", "succeeded"], await StatesAsync(http, "?state=succeeded&state=waiting"));
        Assert.Equal(["waiting"], await StatesAsync(http, "?stage=production"));
        Assert.Equal(["succeeded"], await StatesAsync(http, $"?release={first.Digest}"));
        Assert.Equal(["waiting", "deploying"], await StatesAsync(http, $"?commit={second.CommitSha}"));
        Assert.Equal(3, (await ItemsAsync(http, $"?repository={Stages.Repository}")).Count);
        Assert.Empty(await ItemsAsync(http, $"?repository={Guid.Empty}"));

        var numbers = new List<long>();
        string? next = "";
        while (next is not null)
        {
            using var page = await GetAsync(http, $"?limit=1{next}");
            var body = await page.Content.ReadFromJsonAsync<JsonElement>();
            numbers.AddRange(body.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("number").GetInt64()));
            next = body.GetProperty("next").GetString() is { } cursor ? $"&cursor={Uri.EscapeDataString(cursor)}" : null;
        }

        Assert.Equal([3, 2, 1], numbers);
    }

    [Fact]
    public async Task A_promotion_is_shown_by_id_and_by_number_with_its_plan_its_reasons_and_its_evidence()
    {
        await using var stages = await Stages.StartAsync(Two);
        var release = await stages.ReleaseAsync();
        await stages.PromoteAsync(release, "production");
        var p = await stages.PromotionAsync(release, "production");
        using var http = await stages.ListenAsync();

        foreach (var name in new[] { p.Id.ToString(), $"{p.Number}" })
        {
            Assert.Equal(p.Number, (await JsonAsync(http, $"/{name}")).GetProperty("number").GetInt64());
            var plan = await JsonAsync(http, $"/{name}/plan");
            Assert.Equal(p.PlanDigest, plan.GetProperty("digest").GetString());
            Assert.Equal("added", plan.GetProperty("deployables")[0].GetProperty("change").GetString());
            var why = await JsonAsync(http, $"/{name}/why");
            Assert.Equal("The release must succeed in qa first.", why.GetProperty("sentence").GetString());
            Assert.Equal("previous-stage", why.GetProperty("blockers")[0].GetProperty("gate").GetString());
            var evidence = await JsonAsync(http, $"/{name}/evidence");
            Assert.Equal("signature", evidence.GetProperty("items")[0].GetProperty("kind").GetString());
        }
    }

    [Theory]
    [InlineData("/4711")]
    [InlineData("/nonsense")]
    [InlineData("/01900000-0000-7000-8000-00000000ffff")]
    [InlineData("/4711/plan")]
    [InlineData("/4711/why")]
    [InlineData("/4711/evidence")]
    public async Task What_is_not_there_is_not_found(string path)
    {
        await using var stages = await Stages.StartAsync(Two);
        using var http = await stages.ListenAsync();
        using var answer = await GetAsync(http, path);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((HttpStatusCode.NotFound, "not-found"), (answer.StatusCode, problem.GetProperty("type").GetString()));
        Assert.Equal($"There is no promotion '{path.Split('/')[1]}'.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Why_says_what_a_promotion_does_when_nothing_blocks_it_and_how_it_ended()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync();
        using var http = await stages.ListenAsync();
        Assert.Equal("Nothing blocks it: it is deploying.", (await JsonAsync(http, "/1/why")).GetProperty("sentence").GetString());
        await stages.FailAsync("qa", "No agent fits.", FailureClass.Infra);
        Assert.StartsWith("web: No agent fits.", (await JsonAsync(http, "/1/why")).GetProperty("sentence").GetString());
        Assert.Equal(PromotionPhase.Failed, await stages.PhaseAsync(release, "qa"));
    }

    [Fact]
    public async Task A_dry_run_plans_and_writes_nothing()
    {
        await using var stages = await Stages.StartAsync(Two);
        var release = await stages.ReleaseAsync();
        using var http = await stages.ListenAsync();

        var plan = await PostAsync(http, "/plan", new { release = $"{release.Digest}", stage = "production" });
        Assert.Equal(HttpStatusCode.OK, plan.Status);
        Assert.Equal(JsonValueKind.Null, plan.Body.GetProperty("promotion").ValueKind);
        Assert.Equal(400, (int)(await PostAsync(http, "/plan", new { release = "x", stage = "qa" })).Status);
        Assert.Equal(404, (int)(await PostAsync(http, "/plan", new { release = $"{release.Digest}", stage = "moon" })).Status);
        Assert.Equal(404, (int)(await PostAsync(http, "/plan", new { release = $"{Digest.Of([9])}", stage = "qa" })).Status);
        Assert.Null(await stages.PhaseAsync(release, "production"));
    }

    [Fact]
    public async Task Answers_to_a_promotion()
    {
        await using var stages = await Stages.StartAsync(Two);
        var release = await stages.ReleaseAsync();
        using var http = await stages.ListenAsync();
        object Into(string stage, string? plan = null) => new { release = $"{release.Digest}", stage, planDigest = plan };

        Assert.Equal("invalid-request", (await PostAsync(http, "", new { release = "web", stage = "qa" })).Code);
        var unknown = await PostAsync(http, "", Into("moon"));
        Assert.Equal((404, "There is no stage 'moon'. The stages are qa, production."), ((int)unknown.Status, unknown.Detail));
        Assert.Equal(404, (int)(await PostAsync(http, "", new { release = $"{Digest.Of([9])}", stage = "qa" })).Status);
        Assert.Equal("plan-changed", (await PostAsync(http, "", Into("production", "sha256:0"))).Code);
        Assert.Equal("already-promoted", (await PostAsync(http, "", Into("qa"))).Code);
        var done = await PostAsync(http, "", Into("production"));
        Assert.Equal((202, "waiting"), ((int)done.Status, done.Body.GetProperty("phase").GetString()));
        Assert.Equal("already-promoted", (await PostAsync(http, "", Into("production"))).Code);

        await stages.GoThroughAsync("qa");
        var again = await PostAsync(http, "", Into("qa"));
        Assert.Equal((409, "qa already runs release 1."), ((int)again.Status, again.Detail));
    }

    [Fact]
    public async Task Answers_to_a_rollback()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        using var http = await stages.ListenAsync();

        Assert.Equal(404, (int)(await PostAsync(http, "/4711/rollback", new { })).Status);
        var first = await PostAsync(http, "/1/rollback", new { comment = "slow" });
        Assert.Equal((409, "nothing-to-roll-back"), ((int)first.Status, first.Code));
        Assert.Equal("No other release ever succeeded in qa.", first.Detail);

        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        Assert.Equal("qa no longer runs the release of promotion 1.", (await PostAsync(http, "/1/rollback", new { })).Detail);
        var done = await PostAsync(http, "/2/rollback", new { comment = "slow" });
        Assert.Equal((202, "rolling-back"), ((int)done.Status, done.Body.GetProperty("phase").GetString()));
        Assert.Equal("Rolled back by niki: slow", done.Body.GetProperty("reason").GetString());
        var twice = await PostAsync(http, "/2/rollback", new { });
        Assert.Equal("Promotion 2 is rolling back.", twice.Detail);
    }

    [Theory]
    [InlineData("GET", "", "build", 403)]
    [InlineData("GET", "", "view", 200)]
    [InlineData("POST", "", "view approve", 403)]
    [InlineData("POST", "/1/approvals", "view promote", 403)]
    [InlineData("POST", "/1/rollback", "view approve", 403)]
    [InlineData("POST", "/plan", "view", 200)]
    public async Task A_permission_that_is_missing_forbids(string method, string path, string permissions, int status)
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync();
        using var http = await stages.ListenAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/promotions{path}");
        request.Headers.Add(HeaderSignIn.Caller, "niki person release-managers");
        request.Headers.Add(HeaderSignIn.Permissions, permissions);
        if (method == "POST")
            request.Content = JsonContent.Create(
                path == "/1/approvals" ? new { decision = "approve" } : (object)new { release = $"{release.Digest}", stage = "qa" });

        using var answer = await http.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "qa"));
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient http, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/promotions{path}");
        request.Headers.Add(HeaderSignIn.Caller, "niki person release-managers");
        return http.SendAsync(request);
    }

    private static async Task<JsonElement> JsonAsync(HttpClient http, string path)
    {
        using var answer = await GetAsync(http, path);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<IReadOnlyList<JsonElement>> ItemsAsync(HttpClient http, string query) =>
        [.. (await JsonAsync(http, query)).GetProperty("items").EnumerateArray()];

    private static async Task<IEnumerable<string?>> StatesAsync(HttpClient http, string query) =>
        (await ItemsAsync(http, query)).Select(i => i.GetProperty("phase").GetString());

    private static async Task<Answer> PostAsync(HttpClient http, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/promotions{path}") { Content = JsonContent.Create(body) };
        request.Headers.Add(HeaderSignIn.Caller, "niki person release-managers");
        using var answer = await http.SendAsync(request);
        return new Answer(answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private sealed record Answer(HttpStatusCode Status, JsonElement Body)
    {
        public string? Code => Body.GetProperty("type").GetString();

        public string? Detail => Body.GetProperty("detail").GetString();
    }
}
