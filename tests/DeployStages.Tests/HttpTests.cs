using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;

namespace Pipeline.DeployStages.Tests;

/// <summary>What programs and tasks get for an answer.</summary>
public sealed class HttpTests
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

    [Fact]
    public async Task A_task_gets_the_artifact_of_its_own_release_and_no_other()
    {
        await using var stages = await Stages.StartAsync();
        var own = await stages.ReleaseAsync();
        var other = await stages.ReleaseAsync();
        foreach (var bytes in new byte[][] { [1, 1], [2, 1] })
            await stages.Get<ArtifactCommands>().PutAsync(Caller.System("test"), new MemoryStream(bytes), Digest.Of(bytes), default);
        using var http = await stages.ListenAsync();
        var token = await TaskAsync(stages, "web.infra-qa.1.aaaaaaaa.0.1", own);
        var (mine, theirs) = (own.Deployables[0].Artifact, other.Deployables[0].Artifact);

        using var got = await AskAsync(http, token, $"artifacts/{mine}");
        Assert.Equal([1, 1], await got.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(http, token, $"artifacts/{theirs}")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(http, token, "artifacts/app")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(http, token[..^2] + "xx", $"artifacts/{mine}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(http, null, $"artifacts/{mine}")).StatusCode);
        var sister = await TaskAsync(stages, "web.infra-qa.1.aaaaaaaa.1.1", own);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(http, sister, $"artifacts/{mine}")).StatusCode);
    }

    [Theory]
    [InlineData("""{"code":"digest-mismatch","detail":"Other bytes.","expected":"sha256:1","found":"sha256:2"}""", "digest-mismatch")]
    [InlineData("""{}""", "signature-invalid")]
    [InlineData("""{"code":""", "signature-invalid")]
    public async Task A_report_of_a_task_holds_its_release_whatever_is_in_it(string body, string code)
    {
        await using var stages = await Stages.StartAsync();
        var release = await stages.ReleaseAsync();
        using var http = await stages.ListenAsync();
        var token = await TaskAsync(stages, "web.infra-qa.1.aaaaaaaa.0.1", release);

        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(http, "wrong", "security", body)).StatusCode);
        Assert.Null((await stages.Get<ReleaseQueries>().FindAsync(release.Digest, default))!.HeldReason);
        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync(http, token, "security", body)).StatusCode);
        await stages.RunJobsAsync();

        Assert.StartsWith(code, (await stages.Get<ReleaseQueries>().FindAsync(release.Digest, default))!.HeldReason, StringComparison.Ordinal);
        Assert.Equal(PromotionPhase.Failed, await stages.PhaseAsync(release, "infra-qa"));
    }

    private static Task<HttpResponseMessage> DecideAsync(HttpClient http, string promotion, string? caller, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/promotions/{promotion}/approvals") { Content = Json(body) };
        if (caller is not null)
            request.Headers.Add(SaidByHeader.Header, caller);
        return http.SendAsync(request);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString();

    private static Task<HttpResponseMessage> AskAsync(HttpClient http, string? token, string what, string? body = null)
    {
        var request = new HttpRequestMessage(
            body is null ? HttpMethod.Get : HttpMethod.Post, $"/runner/v1/tasks/web.infra-qa.1.aaaaaaaa.0.1/{what}");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : Json(body);
        return http.SendAsync(request);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    // A task as the scheduler would have launched it; gives its token.
    private static async Task<string> TaskAsync(Stages stages, string id, Release release)
    {
        var subject = JsonSerializer.Serialize(new JournalSubject { Release = release.Digest }, StoredJson.Options);
        await stages.ExecuteAsync(
            """
            INSERT INTO scheduler.request (cluster, id, kind, state, created_at)
            VALUES ('infra-qa', 'web', 'Service', 'Active', now()) ON CONFLICT DO NOTHING;
            INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, created_at, crashes, infra_failures)
            VALUES ('infra-qa', 'web.infra-qa.1.aaaaaaaa', 'web', 'Deploying', '{}', now(), 0, 0) ON CONFLICT DO NOTHING;
            INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, offer_ids, ports, cpus, memory_mb,
                                        disk_mb, created_at, subject)
            VALUES (@id, 'infra-qa', 'web', 'web.infra-qa.1.aaaaaaaa', @instance, 1, 'Running', '{}', '{}', 1, 1, 1, now(), @subject::jsonb)
            """,
            new { id, subject, instance = id[^3] - '0' });
        stages.Get<RunnerAuth>(); // makes the key
        var key = await File.ReadAllBytesAsync(Path.Combine(stages.Folder, "server.key"));
        var token = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes("token:" + id));
        return Convert.ToBase64String(token).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
