using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;
using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Attacks;

/// <summary>The first attacker: anyone on the network. He has no token; each of his attempts is refused with words of its own.</summary>
[Collection(AutomaticCollection.Name)]
public sealed class NetworkAttackTests(AutomaticPipeline fixture)
{
    private const string Push = "X-GitHub-Event: push\nX-GitHub-Delivery: 11111111-2222-3333-4444-555555555555";
    private readonly PipelineInstance pipeline = fixture.Instance;

    // What, method, address, headers, body, status, words.
    public static TheoryData<string, string, string, string, string?, int, string> Attempts => new()
    {
        { "reads through a proxy", "GET", "/api/v1/clusters", "X-Forwarded-For: 203.0.113.7", null, 401, "sign-in-required" },
        { "reads through a proxy of RFC 7239", "GET", "/api/v1/clusters", "Forwarded: for=203.0.113.7", null, 401, "sign-in-required" },
        { "reads through a proxy that hides him", "GET", "/api/v1/clusters", "Via: 1.1 proxy", null, 401, "sign-in-required" },
        { "says that a proxy saw him here", "GET", "/api/v1/clusters", "X-Forwarded-For: 127.0.0.1", null, 401, "sign-in-required" },
        { "reads a page through a proxy", "GET", "/deployables", "X-Forwarded-For: 203.0.113.7", null, 302, "/sign-in" },
        { "follows events through a proxy", "GET", "/api/v1/events", "X-Forwarded-For: 203.0.113.7", null, 401, "sign-in-required" },
        { "binds a name of his own to this address", "GET", "/api/v1/clusters", "Host: evil.example", null, 400, "evil.example" },
        { "uses a public name of loopback", "GET", "/api/v1/clusters", "Host: 127.0.0.1.nip.io", null, 400, "127.0.0.1.nip.io" },
        { "ends a name with ours", "GET", "/", "Host: localhost.evil.example", null, 400, "localhost.evil.example" },
        { "reads with a made-up token", "GET", "/api/v1/clusters", "Authorization: Bearer nonsense", null, 401, "sign-in-required" },
        { "reads with a password", "GET", "/api/v1/clusters", "Authorization: Basic YWRtaW46YWRtaW4=", null, 401, "sign-in-required" },
        { "creates a token", "POST", "/api/v1/tokens", "", """{"login":"evil"}""", 401, "sign-in-required" },
        { "lists the tokens", "GET", "/api/v1/tokens", "", null, 401, "sign-in-required" },
        { "adds a repository", "POST", "/api/v1/repositories", "", """{"name":"evil/evil"}""", 401, "sign-in-required" },
        { "promotes", "POST", "/api/v1/promotions", "", "{}", 401, "sign-in-required" },
        { "kills a task", "POST", "/api/v1/tasks/none/kill", "", "{}", 401, "sign-in-required" },
        { "holds a release", "POST", $"/api/v1/releases/sha256:{new string('0', 64)}/hold", "", "{}", 401, "sign-in-required" },
        { "drains a rack", "POST", "/api/v1/clusters/production/racks/r1/drain", "", "{}", 401, "sign-in-required" },
        { "reads the output of a task", "GET", "/api/v1/tasks/none/log", "", null, 401, "sign-in-required" },
        { "lists the files of a task", "GET", "/api/v1/tasks/none/files?path=/", "", null, 401, "sign-in-required" },
        { "reads a file of a task", "GET", "/api/v1/tasks/none/files/..%2f..%2fadmin-token", "", null, 401, "sign-in-required" },
        { "announces a push without a signature", "POST", "/hooks/github", Push, "{}", 401, "signature" },
        { "signs with the old hash", "POST", "/hooks/github", Push + "\nX-Hub-Signature: sha1=" + Zeros40, "{}", 401, "signature" },
        { "signs with zeros", "POST", "/hooks/github", Push + "\nX-Hub-Signature-256: sha256=" + Zeros64, "{}", 401, "signature" },
        { "signs with nothing", "POST", "/hooks/github", Push + "\nX-Hub-Signature-256: sha256=", "{}", 401, "signature" },
        { "signs with another algorithm", "POST", "/hooks/github", Push + "\nX-Hub-Signature-256: md5=00", "{}", 401, "signature" },
        { "comes from a forge that is none", "POST", "/hooks/evil", Push, "{}", 404, "" },
        { "redeems a made-up ticket", "POST", "/runner/v1/tasks/build.1.0.1/spec", "", """{"ticket":"x","nonce":"y"}""", 401, "" },
        { "reads the source of a task", "GET", "/runner/v1/tasks/build.1.0.1/source", "", null, 401, "" },
        { "writes to the log of a task", "POST", "/runner/v1/tasks/build.1.0.1/steps/0/log?offset=0", "", "x", 401, "" },
        { "says how a build ended", "PUT", "/runner/v1/tasks/build.1.0.1/result", "", """{"outcome":"succeeded"}""", 401, "" },
        { "stores an artifact", "PUT", $"/runner/v1/tasks/build.1.0.1/artifacts/sha256:{Zeros64}", "", "x", 401, "" },
        { "opens the dashboard of jobs", "GET", "/hangfire", "X-Forwarded-For: 203.0.113.7", null, 401, "" },
        { "climbs out of the static files", "GET", "/%2e%2e/%2e%2e/admin-token", "", null, 404, "" },
        { "climbs with an encoded slash", "GET", "/..%2f..%2fadmin-token", "", null, 404, "" },
        { "traces", "TRACE", "/api/v1/clusters", "", null, 405, "" },
    };

    private const string Zeros40 = "0000000000000000000000000000000000000000";
    private const string Zeros64 = Zeros40 + "000000000000000000000000";

    [Theory, MemberData(nameof(Attempts))]
    public async Task Anyone_on_the_network_is_refused(
        string attempt, string method, string address, string headers, string? body, int status, string words)
    {
        using var attacker = new Attacker(pipeline);

        var answer = await attacker.SendAsync(method, address, headers, body);

        Assert.True(answer.Status == status, $"{attempt}: {answer.Status} {answer.Text}");
        Assert.Contains(words, answer.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(pipeline.AdminToken, answer.Text);
    }

    public static TheoryData<string, string> Malformed => new()
    {
        {
            "smuggles a request in a body of two lengths",
            "POST /hooks/github HTTP/1.1\nHost: localhost\nContent-Length: 4\nTransfer-Encoding: chunked\n\n0\n\n"
            + "GET /api/v1/tokens HTTP/1.1\n\n"
        },
        { "gives two lengths", "POST /hooks/github HTTP/1.1\nHost: localhost\nContent-Length: 4\nContent-Length: 40\n\nabcd" },
        { "gives a length below zero", "POST /hooks/github HTTP/1.1\nHost: localhost\nContent-Length: -1\n\n" },
        { "gives two hosts", "GET /api/v1/clusters HTTP/1.1\nHost: localhost\nHost: evil.example\n\n" },
        { "gives no host", "GET /api/v1/clusters HTTP/1.1\n\n" },
        { "puts a zero byte into the path", "GET /api/v1/clusters%00.css HTTP/1.1\nHost: localhost\nConnection: close\n\n" },
        {
            "opens the circuit of a page from a page of his",
            "GET /_blazor HTTP/1.1\nHost: localhost\nConnection: Upgrade\nUpgrade: websocket\nOrigin: http://evil.example\n"
            + "Sec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n"
        },
        { "puts a zero byte into a header", "GET /api/v1/clusters HTTP/1.1\nHost: localhost\nX-A: a\0b\n\n" },
        {
            "puts a zero byte into a trailer",
            "POST /hooks/github HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\n2\n{}\n0\nX-A: a\0b\n\n"
        },
        { "breaks a chunk", "POST /hooks/github HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\nzz\n{}\n0\n\n" },
        { "names a chunk of 16 EiB", "POST /hooks/github HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\nffffffffffffffff\n{}" },
        { "folds a header", "GET /api/v1/clusters HTTP/1.1\nHost: localhost\nX-A: a\n b\n\n" },
        { "sends headers without end", $"GET /api/v1/clusters HTTP/1.1\nHost: localhost\nX-A: {new string('a', 100_000)}\n\n" },
        { "announces more than he may send", "POST /hooks/github HTTP/1.1\nHost: localhost\nContent-Length: 99999999999\n\n{" },
    };

    [Theory, MemberData(nameof(Malformed))]
    public async Task What_is_no_proper_request_ends_in_4xx_and_changes_nothing(string attempt, string request)
    {
        var answer = await Attacker.SendRawAsync(pipeline.Port, request);

        Assert.True(answer.Status is >= 400 and < 500, $"{attempt}: {answer.Text}");
        Assert.DoesNotContain("HTTP/1.1 2", answer.Text);
    }

    public static TheoryData<string, string, string, string> ToMesos => new()
    {
        {
            "registers a framework of his own", "master", "/api/v1/scheduler",
            """{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"evil"}}}"""
        },
        { "tears ours down", "master", "/api/v1", """{"type":"TEARDOWN","teardown":{"framework_id":{"value":"x"}}}""" },
        { "reads the state of the master", "master", "/api/v1", """{"type":"GET_STATE"}""" },
        { "starts a container on an agent", "agent", "/api/v1", """{"type":"LAUNCH_NESTED_CONTAINER_SESSION"}""" },
        { "reads a file of the agent's machine", "agent", "/files/read?path=/etc/shadow", "{}" },
        { "is an executor", "agent", "/api/v1/executor", """{"type":"SUBSCRIBE"}""" },
    };

    [Theory, MemberData(nameof(ToMesos))]
    public async Task Masters_and_agents_know_nobody_but_us(string attempt, string target, string path, string body)
    {
        using var attacker = new Attacker(pipeline);
        var cluster = await pipeline.ClusterAsync("production");
        var address = target == "master" ? cluster.GetProperty("master").GetString()!
            : cluster.GetProperty("agents")[0].GetProperty("url").GetString()!;

        var answer = await attacker.SendAsync("POST", address + path, "", body);

        Assert.True(answer.Status is 401 or 403, $"{attempt}: {answer.Status} {answer.Text}");
    }

    [Fact]
    public async Task A_delivery_that_was_overheard_builds_nothing_when_it_is_sent_again_under_another_id()
    {
        var repository = await pipeline.CreateRepositoryAsync("overheard");
        var sha = await repository.CommitAsync("Say hello", WebSample.Files("overheard", "v1"));
        var delivery = await SignedDelivery.ForHeadAsync(pipeline, repository, sha);
        await delivery.SendAsync();
        var commit = await repository.BuildBecomesAsync(sha, "succeeded");
        var id = commit.GetProperty("repository").GetProperty("id").GetString();

        for (var i = 0; i < 3; i++)
            await delivery.SendAsync(Guid.NewGuid().ToString());

        var again = await Eventually.BecomesAsync(
            () => pipeline.GetAsync($"/api/v1/deliveries?repository={id}"),
            d => d!.Value.GetProperty("items").EnumerateArray().All(x => x.GetProperty("state").GetString() != "received"),
            TimeSpan.FromSeconds(60), "every delivery is over");
        Assert.NotNull(again);
        var builds = await pipeline.GetAsync($"/api/v1/repositories/{id}/builds");
        Assert.Equal(1, builds!.Value.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task What_anyone_may_see_of_a_delivery_is_too_little_to_send_it_again()
    {
        var repository = await pipeline.CreateRepositoryAsync("replayed");
        var sha = await repository.PushAsync("Say hello", WebSample.Files("replayed", "v1"));
        await repository.BuildBecomesAsync(sha, "succeeded");
        using var attacker = new Attacker(pipeline);

        var deliveries = await attacker.SendAsync("GET", "/api/v1/deliveries");

        var id = JsonDocument.Parse(deliveries.Text).RootElement.GetProperty("items")[0].GetProperty("id").ToString();
        var shown = await attacker.SendAsync("GET", $"/api/v1/deliveries/{id}");
        Assert.Equal(200, shown.Status);
        Assert.DoesNotMatch("sha256=[0-9a-f]{10}", shown.Text);
        Assert.DoesNotContain("clone_url", shown.Text);
    }

    [Fact]
    public async Task Guessing_tokens_ends_soon_and_harms_nobody_who_has_one()
    {
        using var attacker = new Attacker(pipeline, from: "127.0.0.9");
        var statuses = new HashSet<int>();
        for (var i = 0; i < 200 && !statuses.Contains(429); i++)
            statuses.Add((await attacker.SendAsync("GET", "/api/v1/clusters", $"Authorization: Bearer plt_{i:d43}")).Status);

        Assert.Equal([401, 429], statuses);
        var valid = await attacker.SendAsync("GET", "/api/v1/clusters", $"Authorization: Bearer {pipeline.AdminToken}");
        Assert.Equal(200, valid.Status);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("https://evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/%2f/evil.example")]
    public async Task A_sign_in_leads_to_no_other_site(string target)
    {
        using var attacker = new Attacker(pipeline);

        var answer = await attacker.SignInAsync(pipeline.AdminToken, target);

        Assert.Equal(302, answer.Status);
        var location = answer.Text.Split(' ')[0];
        Assert.Equal(new Uri(pipeline.Url).Authority, new Uri(new Uri(pipeline.Url), location).Authority);
    }

    [Theory]
    [InlineData("Origin: http://localhost:1")]
    [InlineData("Origin: http://evil.example")]
    [InlineData("Origin: null")]
    [InlineData("Origin: http://localhost:1\nSec-Fetch-Site: same-site")]
    [InlineData("Sec-Fetch-Site: cross-site")]
    [InlineData("")]
    public async Task A_page_of_his_cannot_use_the_session_of_who_opens_it(string headers)
    {
        using var victim = new Attacker(pipeline);
        Assert.Equal(302, (await victim.SignInAsync(pipeline.AdminToken)).Status);
        Assert.Equal(200, (await victim.SendAsync("GET", "/api/v1/tokens")).Status);

        var answer = await victim.SendAsync("POST", "/api/v1/tokens", headers, """{"login":"used-from-outside"}""");

        Assert.Equal(403, answer.Status);
        Assert.DoesNotContain("used-from-outside", (await victim.SendAsync("GET", "/api/v1/tokens")).Text);
    }

    private const string OpenDatabase =
        "perl -MSocket -e 'socket(my $s, PF_UNIX, SOCK_STREAM, 0); exit !connect($s, pack_sockaddr_un(\"{socket}\"))'";

    /// <summary>An account of this machine that is not the server's: only root can be one.</summary>
    [Theory]
    [InlineData("reads the administrator's token", "cat {data}/admin-token")]
    [InlineData("reads the signing keys", "cat {data}/keys/*")]
    [InlineData("lists the data", "ls {data}")]
    [InlineData("opens the database", OpenDatabase)]
    [InlineData("reads the server's variables", "cat /proc/{pid}/environ")]
    [InlineData("reads the server's memory", "cat /proc/{pid}/maps")]
    [InlineData("reads the credentials of a cluster", "cat {data}/clusters/production/secret")]
    public async Task Another_account_of_the_machine_gets_nothing(string attempt, string command)
    {
        if (Environment.UserName != "root")
            return; // only root can become another account
        var line = command.Replace("{data}", pipeline.Data, StringComparison.Ordinal)
            .Replace("{socket}", pipeline.DatabaseSocket, StringComparison.Ordinal)
            .Replace("{pid}", $"{pipeline.ServerId}", StringComparison.Ordinal);
        var control = await ChildProcess.RunAsync("sh", ["-c", line], TestContext.Current.CancellationToken);
        Assert.True(control.ExitCode == 0, $"not even the server's own account {attempt}: {control.Error}");
        string[] other = ["--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", line];
        var tried = await ChildProcess.RunAsync("setpriv", other, TestContext.Current.CancellationToken);

        Assert.True(tried.ExitCode != 0, $"{attempt}: {tried.Output}");
        Assert.DoesNotContain(pipeline.AdminToken, tried.Output);
    }

    [Fact]
    public async Task What_he_tries_to_write_leaves_no_trace()
    {
        using var attacker = new Attacker(pipeline);
        foreach (var attempt in Attempts.Select(a => a.Data).Where(a => a.Item2 is "POST" or "PUT"))
            await attacker.SendAsync(attempt.Item2, attempt.Item3, attempt.Item4, attempt.Item5);

        var tokens = await pipeline.GetAsync("/api/v1/tokens");
        Assert.DoesNotContain("evil", tokens.ToString());
        var repositories = await pipeline.GetAsync("/api/v1/repositories?name=evil/evil");
        Assert.Equal(0, repositories!.Value.GetProperty("items").GetArrayLength());
    }
}
