using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.DeployStages.Tests.Kit;

namespace Pipeline.DeployStages.Tests.Http;

/// <summary>What a decision gets for an answer, on a real socket.</summary>
public sealed class DecisionEndpointTests
{
    private const string Policy = """
        stages:
          - name: production
            cluster: production
            gates:
              approval: { groups: { release-managers: 1 }, exclude: [author, pusher] }
        """;

    [Theory]
    [InlineData("niki person release-managers", """{"decision":"approve","comment":"ok"}""", 202, null)]
    [InlineData("niki person release-managers", """{"decision":"reject","comment":"Not before Monday"}""", 202, null)]
    [InlineData("eleni person release-managers", """{"decision":"approve"}""", 403, "approver-excluded")]
    [InlineData("maria person release-managers", """{"decision":"approve"}""", 403, "approver-excluded")]
    [InlineData("petros person developers", """{"decision":"approve"}""", 403, "approver-not-in-group")]
    [InlineData("bot token release-managers", """{"decision":"approve"}""", 403, "token-cannot-approve")]
    [InlineData("bot token release-managers", """{"decision":"reject","comment":"no"}""", 403, "token-cannot-approve")]
    [InlineData("niki person release-managers", """{"decision":"approve","planDigest":"sha256:00"}""", 409, "plan-changed")]
    [InlineData("niki person release-managers", """{"decision":"reject","comment":" "}""", 400, "invalid-request")]
    [InlineData("niki person release-managers", """{"decision":"maybe"}""", 400, "invalid-request")]
    [InlineData("niki person release-managers", """{}""", 400, "invalid-request")]
    [InlineData("niki person release-managers", """{"decision":""", 400, null)]
    [InlineData("niki person release-managers", "", 400, null)]
    public async Task Answers_to_a_decision(string caller, string body, int status, string? code)
    {
        await using var stages = await Stages.StartAsync(Policy);
        var p = await stages.PromotionAsync(await stages.ReleaseAsync(), "production");
        using var http = await stages.ListenAsync();

        using var answer = await DecideAsync(http, p.Id.ToString(), caller, body);

        Assert.Equal(status, (int)answer.StatusCode);
        if (code is not null)
            Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
        var decided = await stages.ScalarAsync<int>("SELECT count(*)::int FROM stages.decision");
        Assert.Equal(status == 202 ? 1 : 0, decided);
    }

    [Fact]
    public async Task The_same_person_a_promotion_that_is_decided_an_unknown_one_and_nobody()
    {
        await using var stages = await Stages.StartAsync(Policy);
        var p = await stages.PromotionAsync(await stages.ReleaseAsync(), "production");
        using var http = await stages.ListenAsync();
        const string niki = "niki person release-managers";
        const string approve = """{"decision":"approve"}""";

        // By its number, as people write it.
        Assert.Equal(HttpStatusCode.Accepted, (await DecideAsync(http, $"{p.Number}", niki, approve)).StatusCode);
        Assert.Equal("already-approved", await CodeAsync(await DecideAsync(http, $"{p.Number}", niki, approve)));
        await stages.RunJobsAsync();
        Assert.Equal("already-decided", await CodeAsync(await DecideAsync(http, $"{p.Number}", niki, approve)));
        Assert.Equal(HttpStatusCode.NotFound, (await DecideAsync(http, "4711", niki, approve)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await DecideAsync(http, "not-a-number", niki, approve)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await DecideAsync(http, $"{p.Number}", null, approve)).StatusCode);
    }

    private static Task<HttpResponseMessage> DecideAsync(HttpClient http, string promotion, string? caller, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/promotions/{promotion}/approvals")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (caller is not null)
            request.Headers.Add(HeaderSignIn.Caller, caller);
        return http.SendAsync(request);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString();
}
