using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Http;

/// <summary>POST and PUT of a repository: what is refused writes nothing, what is known is changed and not doubled.</summary>
public sealed class AddRepositoryTests : IClassFixture<AddRepositoryTests.Shared>, IAsyncLifetime
{
    private const string Url = "/api/v1/repositories";
    private const string OneToHundred = "must be 1 to 100 characters without slash or space.";
    private const string CloneUrls = "must be an https://, http:// or file:// URL without credentials.";
    private static readonly AddRepository Good = new(7, "acme", "shop", "https://git.example/acme/shop.git");
    private readonly GitHost host;

    public AddRepositoryTests(Shared shared) => host = shared.Host;

    public async ValueTask InitializeAsync() => await host.ExecuteAsync("TRUNCATE git.repository CASCADE");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static TheoryData<AddRepository, string, string> Wrong => new()
    {
        { Good with { ForgeId = 0 }, "forgeId", "must be the forge's positive numeric id of the repository." },
        { Good with { ForgeId = -1 }, "forgeId", "must be the forge's positive numeric id of the repository." },
        { Good with { Owner = "" }, "owner", OneToHundred },
        { Good with { Owner = null! }, "owner", OneToHundred },
        { Good with { Owner = "a/b" }, "owner", OneToHundred },
        { Good with { Owner = "a\0" }, "owner", OneToHundred },
        { Good with { Name = new string('x', 101) }, "name", OneToHundred },
        { Good with { Name = "a b" }, "name", OneToHundred },
        { Good with { Name = "a\r\n" }, "name", OneToHundred },
        { Good with { DefaultBranch = "" }, "defaultBranch", "must name a branch, main for example." },
        { Good with { DefaultBranch = null! }, "defaultBranch", "must name a branch, main for example." },
        { Good with { DefaultBranch = "a..b" }, "defaultBranch", "must name a branch, main for example." },
        { Good with { DefaultBranch = new string('x', 251) }, "defaultBranch", "must name a branch, main for example." },
        { Good with { CloneUrl = null! }, "cloneUrl", CloneUrls },
        { Good with { CloneUrl = "/srv/git/shop.git" }, "cloneUrl", CloneUrls },
        { Good with { CloneUrl = "git@github.com:acme/shop.git" }, "cloneUrl", CloneUrls },
        { Good with { CloneUrl = "ssh://git.example/shop" }, "cloneUrl", CloneUrls },
        { Good with { CloneUrl = "ext::sh -c id" }, "cloneUrl", CloneUrls },
        { Good with { CloneUrl = "https://me:secret@git.example/shop" }, "cloneUrl", CloneUrls },
        { Good with { CloneUrl = " https://git.example/shop" }, "cloneUrl", CloneUrls },
        { Good with { CloneUrl = "https://git.example/shop\n" }, "cloneUrl", CloneUrls },
        { Good with { BaseUrl = "github.com" }, "baseUrl", "must be the forge's http(s) address." },
        { Good with { BaseUrl = "file:///etc" }, "baseUrl", "must be the forge's http(s) address." },
        { Good with { WebUrl = "javascript:alert(1)" }, "webUrl", "must be the http(s) address where people see the repository." },
        { Good with { WebUrl = "" }, "webUrl", "must be the http(s) address where people see the repository." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_cannot_be_a_repository_names_its_field_and_writes_nothing(AddRepository repository, string field, string message)
    {
        var before = await Written.ReadAsync(host.Get<NpgsqlDataSource>());
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put })
        {
            var answer = await SendAsync(method, repository);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0];
            Assert.Equal(($"/{field}", message), (error.GetProperty("pointer").GetString(), error.GetProperty("detail").GetString()));
        }

        Assert.Empty(Written.Changes(before, await Written.ReadAsync(host.Get<NpgsqlDataSource>())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"forgeId":"7"}""")]
    [InlineData("""{"forgeId":99999999999999999999}""")]
    [InlineData("""{"forgeId":7,"owner":"\ud800","name":"shop","cloneUrl":"https://git.example/x"}""")]
    public async Task A_body_of_another_shape_is_a_bad_request(string body) => Assert.Equal(
        HttpStatusCode.BadRequest, (await host.Http.PostAsync(Url, new StringContent(body, Encoding.UTF8, "application/json"))).StatusCode);

    [Fact]
    public async Task A_new_repository_is_created_and_the_same_number_again_changes_it_and_keeps_its_id()
    {
        var created = await SendAsync(HttpMethod.Post, Good);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var first = await created.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal($"{Url}/{first.GetProperty("id").GetString()}", created.Headers.Location!.ToString());
        Assert.Equal(
            ("https://github.com", "main", true, "person:nikos"),
            (first.GetProperty("baseUrl").GetString(), first.GetProperty("defaultBranch").GetString(),
                first.GetProperty("pinned").GetBoolean(), first.GetProperty("addedBy").GetString()));

        var changed = await SendAsync(
            HttpMethod.Put, Good with { Name = "store", DefaultBranch = "trunk", CloneUrl = "https://new.example/s" });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var second = await changed.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        Assert.Equal(
            ("acme/store", "trunk", "https://new.example/s"),
            (second.GetProperty("fullName").GetString(), second.GetProperty("defaultBranch").GetString(),
                second.GetProperty("cloneUrl").GetString()));
        Assert.Equal(1, await host.ScalarAsync<long>("SELECT count(*) FROM git.repository"));
        Assert.Equal(
            ["acme/shop", "acme/store"],
            (await host.EventsAsync()).OfType<ActionRecorded>().Where(e => e.Action == "repository.add").Select(e => e.Target).TakeLast(2));
    }

    [Theory]
    [InlineData(null, "https://github.com/", 1)]
    [InlineData("https://GitHub.com", "https://github.com//", 1)]
    [InlineData(null, "https://ghe.example", 2)]
    public async Task The_same_number_on_another_forge_is_another_repository(string? first, string? second, int count)
    {
        await SendAsync(HttpMethod.Post, Good with { BaseUrl = first });
        await SendAsync(HttpMethod.Post, Good with { BaseUrl = second });
        Assert.Equal(count, await host.ScalarAsync<long>("SELECT count(*) FROM git.repository"));
    }

    [Fact]
    public async Task Added_many_times_at_once_it_is_one_repository_and_one_answer_says_created()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(HttpMethod.Post, Good)));

        Assert.Equal(7, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.Equal(1, await host.ScalarAsync<long>("SELECT count(*) FROM git.repository"));
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, AddRepository repository) =>
        host.Http.SendAsync(new HttpRequestMessage(method, Url) { Content = JsonContent.Create(repository) });

    public sealed class Shared : IAsyncLifetime
    {
        internal GitHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await GitHost.StartAsync();

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
