using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;

namespace Pipeline.DeployStages.Tests.Http;

/// <summary>What a task that runs a deployable gets for an answer.</summary>
public sealed class RunnerEndpointTests
{
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

    [Fact]
    public async Task A_task_of_a_release_that_is_held_gets_its_artifact_only_where_its_deploy_was_healthy_before()
    {
        await using var stages = await Stages.StartAsync();
        var release = await stages.ReleaseAsync();
        await stages.Get<ArtifactCommands>().PutAsync(Caller.System("test"), new MemoryStream([1, 1]), Digest.Of([1, 1]), default);
        using var http = await stages.ListenAsync();
        var token = await TaskAsync(stages, "web.infra-qa.1.aaaaaaaa.0.1", release);
        await stages.Get<ReleaseCommands>().HoldAsync(Callers.Person("petros"), release.Digest, "Leaks.", default);

        using var refused = await AskAsync(http, token, $"artifacts/{release.Deployables[0].Artifact}");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("Release 1 is held: Leaks.", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await stages.ExecuteAsync("UPDATE stages.deploy SET deploy_id = 'web.infra-qa.1.aaaaaaaa', state = 'Healthy', ended_at = now()");
        using var given = await AskAsync(http, token, $"artifacts/{release.Deployables[0].Artifact}");
        Assert.Equal(HttpStatusCode.OK, given.StatusCode);
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

        var held = (await stages.Get<ReleaseQueries>().FindAsync(release.Digest, default))!.HeldReason;
        Assert.StartsWith(code, held, StringComparison.Ordinal);
        Assert.Equal(PromotionPhase.Failed, await stages.PhaseAsync(release, "infra-qa"));
    }

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
