using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Http;

/// <summary>Routes and their owners over HTTP, with promotions that want them.</summary>
public sealed class RouteEndpointTests
{
    private static readonly RepositoryId Other = new(Guid.Parse("01900000-0000-7000-8000-000000000002"));

    [Fact]
    public async Task Routes_are_listed_with_their_owners()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        using var http = await StartAsync(stages);

        var route = (await http.GetFromJsonAsync<JsonElement>("/api/v1/routes")).GetProperty("items")[0];

        Assert.Equal("/web", route.GetProperty("route").GetString());
        Assert.Equal("qa", route.GetProperty("stage").GetString());
        Assert.Equal("web", route.GetProperty("deployable").GetString());
        Assert.Equal(Stages.Repository.Value, route.GetProperty("repository").GetGuid());
        Assert.Equal("system:deploy-stages", route.GetProperty("by").GetString());
        Assert.Equal(0, route.GetProperty("instances").GetInt32());
        Assert.Equal("No instance of web in qa is healthy with this route.", route.GetProperty("problem").GetString());
    }

    [Fact]
    public async Task The_thief_reads_why_it_waits_and_an_operator_ends_that()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        using var http = await StartAsync(stages);
        var thief = await stages.ReleaseOfAsync(Other, "thief", null, "thief:/web");
        var id = (await stages.PromotionAsync(thief, "qa")).Id;

        var why = await http.GetFromJsonAsync<JsonElement>($"/api/v1/promotions/{id}/why");
        Assert.Equal("route", why.GetProperty("blockers")[0].GetProperty("gate").GetString());
        var plan = await http.GetFromJsonAsync<JsonElement>($"/api/v1/promotions/{id}/plan");
        Assert.Contains("web of shop/web", plan.GetProperty("blockers")[0].GetProperty("sentence").GetString(), StringComparison.Ordinal);

        using var done = await SendAsync(
            http, "transfer", "operate", new { repository = Other.Value, deployable = "thief", reason = "sold" });
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Equal(
            "thief has the route /web in qa now.", (await done.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
        await stages.RunJobsAsync();
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(thief, "qa"));
    }

    [Theory]
    [InlineData("transfer", "view promote approve", "sold", "/web", 403, null)]
    [InlineData("release", "view promote approve", "sold", "/web", 403, null)]
    [InlineData("transfer", "operate", "", "/web", 400, "invalid-request")]
    [InlineData("release", "operate", "", "/web", 400, "invalid-request")]
    [InlineData("transfer", "operate", "sold", "/a*", 400, "invalid-request")]
    [InlineData("transfer", "operate", "sold", "/nothing", 404, "not-found")]
    [InlineData("release", "operate", "sold", "/nothing", 404, "not-found")]
    [InlineData("release", "operate", "sold", "/WEB/", 200, null)]
    public async Task Answers_to_a_change(string change, string permissions, string reason, string route, int status, string? code)
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        using var http = await StartAsync(stages);

        using var answer = await SendAsync(
            http, change, permissions,
            change == "transfer" ? new { repository = Other.Value, deployable = "x", reason } : new { reason }, route);

        Assert.Equal(status, (int)answer.StatusCode);
        if (code is not null)
            Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
        Assert.Equal(
            status == 200 ? 0 : 1, (await http.GetFromJsonAsync<JsonElement>("/api/v1/routes")).GetProperty("items").GetArrayLength());
    }

    private static async Task<HttpClient> StartAsync(Stages stages)
    {
        await stages.ReleaseAsync();
        var http = await stages.ListenAsync();
        http.DefaultRequestHeaders.Add(HeaderSignIn.Caller, "olga person operators");
        return http;
    }

    private static Task<HttpResponseMessage> SendAsync(
        HttpClient http, string change, string permissions, object body, string route = "/web")
    {
        var fields = JsonSerializer.SerializeToNode(body)!.AsObject();
        fields["stage"] = "qa";
        fields["route"] = route;
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/routes/{change}") { Content = JsonContent.Create(fields) };
        request.Headers.Add(HeaderSignIn.Permissions, permissions);
        return http.SendAsync(request);
    }
}
