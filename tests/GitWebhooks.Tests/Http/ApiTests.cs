using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Http;

/// <summary><c>/api/v1/repositories</c> and <c>/api/v1/deliveries</c>: pages, filters, what is unknown and what means nothing.</summary>
public sealed class ApiTests(ApiTests.Shop shop) : IClassFixture<ApiTests.Shop>
{
    private readonly GitHost host = shop.Host;

    private string Repository => $"/api/v1/repositories/{shop.Repository.Id}";

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "/api/v1/deliveries?limit=0", "limit", "must be between 1 and 200." },
        { "/api/v1/deliveries?limit=201", "limit", "must be between 1 and 200." },
        { "/api/v1/deliveries?cursor=x", "cursor", "must be the next of an earlier page." },
        { "/api/v1/deliveries?cursor=%00", "cursor", "must be the next of an earlier page." },
        { "/api/v1/repositories?limit=-1", "limit", "must be between 1 and 200." },
        { "/api/v1/repositories?cursor=MXxh", "cursor", "must be the next of an earlier page." },
        { "/api/v1/repositories?name=shop", "name", "must be owner/repository." },
        { "/api/v1/repositories?name=", "name", "must be owner/repository." },
        { "/api/v1/repositories?name=/shop", "name", "must be owner/repository." },
        { "/api/v1/repositories?name=acme/", "name", "must be owner/repository." },
        { "/api/v1/repositories?name=acme/shop/x", "name", "must be owner/repository." },
        { "/api/v1/repositories?name=acme/sh%00op", "name", "must be owner/repository." },
        { "REPOSITORY/commits?limit=1000", "limit", "must be between 1 and 200." },
        { "REPOSITORY/commits?cursor=-", "cursor", "must be the next of an earlier page." },
        { "REPOSITORY/commits?branch=a%00", "branch", "must name a branch." },
        { "REPOSITORY/commits/main", "sha", "must be 40 hex digits." },
        { "REPOSITORY/commits/aaaaaaa", "sha", "must be 40 hex digits." },
        { "REPOSITORY/commits/main/statuses", "sha", "must be 40 hex digits." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_parameter_that_means_nothing_is_named_with_what_it_must_be(string url, string field, string message)
    {
        var answer = await host.Http.GetAsync(url.Replace("REPOSITORY", Repository, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            ("invalid-request", $"{field} {message}"), (problem.GetProperty("type").GetString(), problem.GetProperty("title").GetString()));
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal(($"/{field}", message), (error.GetProperty("pointer").GetString(), error.GetProperty("detail").GetString()));
    }

    [Theory]
    [InlineData("/api/v1/deliveries?limit=many")]
    [InlineData("/api/v1/deliveries?repository=acme")]
    [InlineData("/api/v1/repositories?limit=99999999999")]
    public async Task A_parameter_of_another_type_is_a_bad_request(string url) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Http.GetAsync(url)).StatusCode);

    [Theory]
    [InlineData("/api/v1/deliveries/00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/deliveries/first")]
    [InlineData("/api/v1/repositories/00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/repositories/acme")]
    [InlineData("/api/v1/repositories/00000000-0000-0000-0000-000000000000/branches")]
    [InlineData("/api/v1/repositories/00000000-0000-0000-0000-000000000000/commits")]
    [InlineData("/api/v1/repositories/00000000-0000-0000-0000-000000000000/commits/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("REPOSITORY/commits/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task What_nobody_knows_is_not_found(string url) => Assert.Equal(
        HttpStatusCode.NotFound, (await host.Http.GetAsync(url.Replace("REPOSITORY", Repository, StringComparison.Ordinal))).StatusCode);

    [Theory]
    [InlineData("/api/v1/deliveries?repository=00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/repositories?name=acme/none")]
    [InlineData("/api/v1/repositories?name=%25/%25")]
    [InlineData("REPOSITORY/commits?branch=none")]
    [InlineData("REPOSITORY/commits?branch=")]
    [InlineData("REPOSITORY/commits?branch=mai%25")]
    [InlineData("REPOSITORY/commits/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/statuses")]
    public async Task A_filter_that_nothing_passes_gives_an_empty_page(string url)
    {
        var page = await host.GetJsonAsync(url.Replace("REPOSITORY", Repository, StringComparison.Ordinal));
        Assert.Equal((0, JsonValueKind.Null), (page.GetProperty("items").GetArrayLength(), page.GetProperty("next").ValueKind));
    }

    [Theory]
    [InlineData("/api/v1/deliveries?limit=2", "id", 5)]
    [InlineData("/api/v1/deliveries?limit=2&repository=ID", "id", 4)]
    [InlineData("REPOSITORY/commits?limit=2", "sha", 4)]
    [InlineData("REPOSITORY/commits?limit=2&branch=main", "sha", 3)]
    [InlineData("REPOSITORY/commits?limit=1&branch=topic/a", "sha", 4)]
    [InlineData("/api/v1/repositories?limit=1", "id", 3)]
    public async Task Pages_have_no_gap_and_nothing_twice_and_the_last_has_no_next(string url, string key, int count)
    {
        url = url.Replace("REPOSITORY", Repository, StringComparison.Ordinal)
            .Replace("ID", shop.Repository.Id.ToString(), StringComparison.Ordinal);
        var whole = (await host.GetJsonAsync(url.Replace("limit=2", "limit=200", StringComparison.Ordinal)
            .Replace("limit=1", "limit=200", StringComparison.Ordinal))).GetProperty("items").EnumerateArray().Select(i => Key(i, key));

        var seen = new List<string>();
        string? next = "";
        while (next is not null)
        {
            var page = await host.GetJsonAsync($"{url}&cursor={next}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => Key(i, key)));
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(whole, seen);
        Assert.Equal(count, seen.Distinct().Count());
        Assert.Equal(count, seen.Count);
    }

    [Fact]
    public async Task A_repository_is_found_by_its_name_without_regard_to_case_and_shows_its_branches_and_commits()
    {
        var found = (await host.GetJsonAsync("/api/v1/repositories?name=ACME/Shop")).GetProperty("items")[0];
        Assert.Equal(shop.Repository.Id.ToString(), found.GetProperty("id").GetString());
        Assert.Equal("acme/shop", (await host.GetJsonAsync(Repository)).GetProperty("fullName").GetString());

        var branches = (await host.GetJsonAsync($"{Repository}/branches")).GetProperty("items").EnumerateArray();
        Assert.Equal(
            [("main", shop.Main.ToString()), ("topic/a", shop.Topic.ToString())],
            branches.Select(b => (b.GetProperty("name").GetString(), b.GetProperty("head").GetString())).Order());
        var commit = await host.GetJsonAsync($"{Repository}/commits/{shop.Topic}");
        Assert.Equal(
            ("Topic", "Eleni Papadopoulou", shop.Main.ToString()),
            (commit.GetProperty("subject").GetString(), commit.GetProperty("authorName").GetString(),
                commit.GetProperty("parents")[0].GetString()));
        var upper = await host.GetJsonAsync($"{Repository}/commits/{shop.Topic.ToString().ToUpperInvariant()}");
        Assert.Equal(shop.Topic.ToString(), upper.GetProperty("sha").GetString());
    }

    [Fact]
    public async Task A_delivery_shows_what_arrived_and_no_credentials()
    {
        var shown = await host.GetJsonAsync($"/api/v1/deliveries/{shop.Delivery}");

        var (delivery, headers) = (shown.GetProperty("delivery"), shown.GetProperty("headers"));
        Assert.Equal(
            ("push", "processed", "refs/heads/topic/a", shop.Repository.Id.ToString()),
            (delivery.GetProperty("event").GetString(), delivery.GetProperty("state").GetString(), delivery.GetProperty("ref").GetString(),
                delivery.GetProperty("repositoryId").GetString()));
        Assert.Equal(Encoding.UTF8.GetByteCount(shown.GetProperty("body").GetString()!), delivery.GetProperty("bytes").GetInt64());
        Assert.Equal("application/json", headers.GetProperty("Content-Type").GetString());
        Assert.False(headers.TryGetProperty("Authorization", out _));
        Assert.False(headers.TryGetProperty("Cookie", out _));
    }

    [Theory]
    [InlineData("view")]
    [InlineData("build promote approve hold operate administer")]
    public async Task Reading_needs_view_and_adding_a_repository_needs_to_administer_besides(string permissions)
    {
        var before = await Written.ReadAsync(host.Get<NpgsqlDataSource>());
        foreach (var url in new[]
        {
            "/api/v1/deliveries", $"/api/v1/deliveries/{shop.Delivery}", "/api/v1/repositories", Repository, $"{Repository}/branches",
            $"{Repository}/commits", $"{Repository}/commits/{shop.Main}", $"{Repository}/commits/{shop.Main}/statuses",
        })
            Assert.Equal(
                permissions == "view" ? HttpStatusCode.OK : HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Get, url)).StatusCode);
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put })
            Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(method, "/api/v1/repositories")).StatusCode);
        Assert.Empty(Written.Changes(before, await Written.ReadAsync(host.Get<NpgsqlDataSource>())));

        Task<HttpResponseMessage> SendAsync(HttpMethod method, string url)
        {
            var request = new HttpRequestMessage(method, url) { Headers = { { "permissions", permissions } } };
            if (method != HttpMethod.Get)
                request.Content = JsonContent.Create(new AddRepository(99, "acme", "other", "https://git.example/o.git"));
            return host.Http.SendAsync(request);
        }
    }

    private static string Key(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    /// <summary>One repository with two branches of three and four commits, and five deliveries of which one is about nothing.</summary>
    public sealed class Shop : IAsyncLifetime
    {
        private GitRepo repo = null!;

        internal GitHost Host { get; private set; } = null!;
        internal Repository Repository { get; private set; } = null!;
        internal CommitSha Main { get; private set; }
        internal CommitSha Topic { get; private set; }
        internal Guid Delivery { get; private set; }

        public async ValueTask InitializeAsync()
        {
            repo = await GitRepo.CreateAsync();
            Host = await GitHost.StartAsync();
            Repository = await Host.RegisterAsync(repo);
            await Host.RegisterAsync(repo, id: 8, name: "second");
            await Host.RegisterAsync(repo, id: 9, name: "third");
            for (var i = 0; i < 3; i++)
            {
                Main = await repo.CommitAsync($"{i}");
                await repo.PushAsync("main");
                await Host.PushAsync(Payloads.Push(Main));
            }

            Topic = await repo.CommitAsync("Topic");
            await repo.PushAsync("main:topic/a");
            Delivery = await Host.PushAsync(Payloads.Push(Topic, branch: "topic/a"));
            await Host.DeliverAsync("{}", "ping");
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            repo.Dispose();
        }
    }
}
