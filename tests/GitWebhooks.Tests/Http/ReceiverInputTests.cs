using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Http;

/// <summary>What a sender can get wrong, or try: each refusal has its code and its remedy, and stores nothing.</summary>
public sealed class ReceiverInputTests : IClassFixture<AddRepositoryTests.Shared>, IAsyncLifetime
{
    private static readonly string Body = Payloads.Push(CommitSha.Parse(new string('a', 40)));
    private readonly GitHost host;

    public ReceiverInputTests(AddRepositoryTests.Shared shared) => host = shared.Host;

    public async ValueTask InitializeAsync() => await host.ExecuteAsync("TRUNCATE git.delivery CASCADE");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static TheoryData<string, int, string, string> Refusals => new()
    {
        { "forge", 404, "unknown-forge", "No forge 'gitlab' is known here." },
        { "no signature", 401, "signature-invalid", "The delivery is not signed: X-Hub-Signature-256 is missing." },
        { "another secret", 401, "signature-invalid", "The signature does not match the body." },
        { "another body", 401, "signature-invalid", "The signature does not match the body." },
        { "two signatures", 401, "signature-invalid", "The signature does not match the body." },
        { "no event", 400, "header-missing", "X-GitHub-Event is missing or not plain text of at most 100 characters." },
        { "long event", 400, "header-missing", "X-GitHub-Event is missing or not plain text of at most 100 characters." },
        { "spaced event", 400, "header-missing", "X-GitHub-Event is missing or not plain text of at most 100 characters." },
        { "no id", 400, "header-missing", "X-GitHub-Delivery is missing or not plain text of at most 100 characters." },
        { "long id", 400, "header-missing", "X-GitHub-Delivery is missing or not plain text of at most 100 characters." },
        { "two ids", 400, "header-missing", "X-GitHub-Delivery is missing or not plain text of at most 100 characters." },
        { "form without payload", 400, "body-not-json", "The delivery is not a JSON object." },
        { "form as JSON", 400, "body-not-json", "The delivery is not a JSON object." },
        { "deep", 400, "body-not-json", "The delivery is not a JSON object." },
        { "half", 400, "body-not-json", "The delivery is not a JSON object." },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_delivery_that_cannot_be_used_is_refused_by_name_and_nothing_is_stored(
        string what, int status, string code, string title)
    {
        var before = await Written.ReadAsync(host.Get<NpgsqlDataSource>());
        var jobs = host.Jobs.All.Count;

        var answer = await host.Http.SendAsync(Request(what));

        Assert.Equal(status, (int)answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((code, title), (problem.GetProperty("type").GetString(), problem.GetProperty("title").GetString()));
        Assert.NotEqual("", problem.GetProperty("hint").GetString());
        Assert.Empty(Written.Changes(before, await Written.ReadAsync(host.Get<NpgsqlDataSource>())));
        Assert.Equal(jobs, host.Jobs.All.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GITHUB")]
    [InlineData("hundred")]
    [InlineData("no content type")]
    [InlineData("text")]
    public async Task What_only_looks_strange_is_taken(string what)
    {
        var answer = await host.Http.SendAsync(Request(what));

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("deliveryId").GetGuid();
        Assert.Equal($"/api/v1/deliveries/{id}", answer.Headers.Location!.ToString());
        Assert.Equal(id, host.Jobs.Of<ProcessDeliveryJob>().Last());
    }

    [Fact]
    public async Task Cookies_and_credentials_of_the_sender_are_not_kept()
    {
        var request = Request("");
        request.Headers.Add("Authorization", "Bearer secret");
        request.Headers.Add("Cookie", "session=secret");
        request.Headers.Add("User-Agent", "GitHub-Hookshot/1");
        await host.Http.SendAsync(request);

        var headers = await host.ScalarAsync<string>("SELECT headers::text FROM git.delivery");
        Assert.DoesNotContain("secret", headers, StringComparison.Ordinal);
        Assert.Contains("GitHub-Hookshot/1", headers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("create", "the push of the same ref says the same")]
    [InlineData("delete", "the push of the same ref says the same")]
    [InlineData("ping", "pong")]
    [InlineData("Push", "this server does not use this event")]
    [InlineData("pull_request", "this server does not use this event")]
    public async Task What_needs_no_job_says_why_and_again_changes_nothing(string name, string outcome)
    {
        var jobs = host.Jobs.All.Count;
        var first = (await host.DeliverAsync("{}", name, "same")).Headers.Location;
        var before = await Written.ReadAsync(host.Get<NpgsqlDataSource>());

        Assert.Equal(first, (await host.DeliverAsync("{}", name, "same")).Headers.Location);
        Assert.Equal(first, (await host.DeliverAsync(Body, "push", "same")).Headers.Location);

        Assert.Empty(Written.Changes(before, await Written.ReadAsync(host.Get<NpgsqlDataSource>())));
        Assert.Equal($"ignored: {outcome}", await host.ScalarAsync<string>("SELECT state || ': ' || outcome FROM git.delivery"));
        Assert.Equal(jobs, host.Jobs.All.Count);
    }

    private static string BodyOf(string what) => what switch
    {
        "form without payload" => "payloads=%7B%7D&x=1",
        "form as JSON" => "payload=%7B%7D",
        "deep" => string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100),
        "half" => Body[..^1],
        _ => Body,
    };

    private static HttpRequestMessage Request(string what)
    {
        var bytes = Encoding.UTF8.GetBytes(BodyOf(what));
        var path = what switch { "forge" => "gitlab", "GITHUB" => "GitHub", _ => "github" };
        var request = new HttpRequestMessage(HttpMethod.Post, $"/hooks/{path}") { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = what switch
        {
            "no content type" => null,
            "text" => new MediaTypeHeaderValue("text/plain"),
            "form without payload" => new MediaTypeHeaderValue("application/x-www-form-urlencoded"),
            _ => new MediaTypeHeaderValue("application/json"),
        };
        var signature = what switch
        {
            "no signature" => "",
            "another secret" => Signature.Of(bytes, "another secret"),
            "another body" => Signature.Of("{}"u8.ToArray(), GitHost.Secret),
            "two signatures" => $"{Signature.Of(bytes, GitHost.Secret)},{Signature.Of(bytes, GitHost.Secret)}",
            _ => Signature.Of(bytes, GitHost.Secret),
        };
        Add(request, "X-Hub-Signature-256", signature);
        Add(request, "X-GitHub-Event", what switch
        {
            "no event" => "", "long event" => new string('x', 101), "spaced event" => "pu sh", _ => "push",
        });
        Add(request, "X-GitHub-Delivery", what switch
        {
            "no id" => "",
            "long id" => new string('x', 101),
            "two ids" => "a, b",
            "hundred" => new string('x', 100),
            _ => "id",
        });
        return request;
    }

    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (value.Length > 0)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
    }
}
