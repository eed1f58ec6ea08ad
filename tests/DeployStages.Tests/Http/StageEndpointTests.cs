using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.DeployStages.Tests.Kit;

namespace Pipeline.DeployStages.Tests.Http;

/// <summary>What programs get for an answer about stages and deployables, on a real socket.</summary>
public sealed class StageEndpointTests
{
    private const string Policy = """
        stages:
          - { name: qa, cluster: qa, bake: 1s }
          - name: production
            cluster: production
            after: qa
            promote: manual
            bake: 5m
            on_failure: stay
            budget: 20m
            gates: { soak: 1h, approval: { groups: { owners: 2 }, exclude: [author], expires: 12h } }
        """;

    [Fact]
    public async Task Stages_are_listed_as_the_policy_defines_them()
    {
        await using var stages = await Stages.StartAsync(Policy);
        using var http = await stages.ListenAsync();
        var items = (await JsonAsync(http, "stages")).GetProperty("items");
        Assert.Equal(["qa", "production"], items.EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.Equal(
            """
            {"name":"production","cluster":"production","promote":"manual","after":"qa","signatureRequired":true,"soakSeconds":3600,
            "approval":{"groups":{"owners":2},"exclude":["author"],"expiresSeconds":43200},"bakeSeconds":300,"onFailure":"stay",
            "budgetSeconds":1200,"source":"stages.yaml:3"}
            """.ReplaceLineEndings(""),
            items[1].GetRawText());
        Assert.Equal(JsonValueKind.Null, items[0].GetProperty("approval").ValueKind);
    }

    [Fact]
    public async Task A_stage_shows_what_runs_in_it()
    {
        await using var stages = await Stages.StartAsync(Policy);
        var release = await stages.ReleaseAsync();
        using var http = await stages.ListenAsync();
        await stages.GoThroughAsync("qa");

        var shown = await JsonAsync(http, "stages/qa");
        var slot = Assert.Single(shown.GetProperty("slots").EnumerateArray());
        Assert.Equal((release.Digest.ToString(), 1), (slot.GetProperty("current").GetString(), slot.GetProperty("generation").GetInt32()));
        Assert.Empty((await JsonAsync(http, "stages/production")).GetProperty("slots").EnumerateArray());
        Assert.Equal("There is no stage 'moon'.", await NotFoundAsync(http, "stages/moon"));
    }

    [Fact]
    public async Task Deployables_are_rows_with_a_cell_per_stage_and_pages_go_by_name()
    {
        await using var stages = await Stages.StartAsync(Policy);
        await stages.ReleaseAsync("web", "api", "mail");
        using var http = await stages.ListenAsync();
        Assert.Empty((await JsonAsync(http, "deployables")).GetProperty("items").EnumerateArray());
        await stages.GoThroughAsync("qa");

        var first = await JsonAsync(http, "deployables?limit=2");
        Assert.Equal(["api", "mail"], first.GetProperty("items").EnumerateArray().Select(d => d.GetProperty("name").GetString()));
        var second = await JsonAsync(http, $"deployables?limit=2&cursor={first.GetProperty("next").GetString()}");
        Assert.Equal(["web"], second.GetProperty("items").EnumerateArray().Select(d => d.GetProperty("name").GetString()));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        var cells = (await JsonAsync(http, "deployables/web")).GetProperty("stages").EnumerateArray();
        Assert.Equal([("qa", "healthy"), ("production", "absent")], cells.Select(StateOf));
        Assert.Equal("There is no deployable 'moon'.", await NotFoundAsync(http, "deployables/moon"));
        using var wrong = await GetAsync(http, "deployables?limit=0");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task A_cell_shows_that_it_is_degraded_and_what_is_on_its_way()
    {
        await using var stages = await Stages.StartAsync(Policy);
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        using var http = await stages.ListenAsync();
        await stages.ExecuteAsync("UPDATE scheduler.task SET healthy_at = NULL");
        Assert.Equal(("qa", "degraded"), StateOf((await JsonAsync(http, "deployables/web")).GetProperty("stages")[0]));

        var next = await stages.ReleaseAsync();
        await stages.PromoteAsync(next, "production");
        var cells = (await JsonAsync(http, "deployables/web")).GetProperty("stages");
        Assert.Equal(("qa", "deploying"), StateOf(cells[0]));
        Assert.Equal("absent", StateOf(cells[1]).State);
        Assert.Equal("The release must succeed in qa first.", cells[1].GetProperty("reason").GetString());
        Assert.Equal((await stages.PromotionAsync(next, "production")).Id.ToString(), cells[1].GetProperty("next").GetString());
    }

    [Fact]
    public async Task Nobody_sees_anything_without_signing_in()
    {
        await using var stages = await Stages.StartAsync(Policy);
        using var http = await stages.ListenAsync();
        foreach (var path in new[] { "stages", "stages/qa", "deployables", "deployables/web", "promotions" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync($"/api/v1/{path}")).StatusCode);
    }

    private static (string? Stage, string? State) StateOf(JsonElement cell) =>
        (cell.GetProperty("stage").GetString(), cell.GetProperty("state").GetString());

    private static Task<HttpResponseMessage> GetAsync(HttpClient http, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/{path}");
        request.Headers.Add(HeaderSignIn.Caller, "niki person");
        return http.SendAsync(request);
    }

    private static async Task<JsonElement> JsonAsync(HttpClient http, string path)
    {
        using var answer = await GetAsync(http, path);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<string?> NotFoundAsync(HttpClient http, string path)
    {
        using var answer = await GetAsync(http, path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString();
    }
}
