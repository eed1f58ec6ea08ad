using System.Net;
using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.TestKit;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests.Http;

/// <summary>Requests that mean nothing: each names its field, and writes nothing.</summary>
public sealed class InputTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private const string Url = "/api/v1/releases";
    private const string Verify = "/api/v1/attestations/verify";
    private const string NoDigest = " is not a digest: expected sha256: and 64 hex digits.";
    private const string NoStage = "It is checked for a stage only: name the stage, or leave ";
    private const string InItsRepository = "Releases are numbered in their repository: give repository with it, and no cursor.";
    private const string NoCursor = "The cursor is not one of ours: use 'next' of the page before, unchanged.";
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ArtifactHost host = shared.Host;

    [Theory]
    [InlineData("{}", "/artifact", $"''{NoDigest}")]
    [InlineData("""{"artifact":"api"}""", "/artifact", $"'api'{NoDigest}")]
    [InlineData(
        """{"artifact":"HEX","stage":"production"}""", "/generation",
        "A promotion is checked for one generation: name it with the stage.")]
    [InlineData("""{"artifact":"HEX","stage":"production","generation":1}""", "/release", $"''{NoDigest}")]
    [InlineData("""{"artifact":"HEX","stage":"production","generation":1,"release":"1"}""", "/release", $"'1'{NoDigest}")]
    [InlineData("""{"artifact":"HEX","release":"HEX"}""", "/release", $"{NoStage}release out.")]
    [InlineData("""{"artifact":"HEX","generation":0}""", "/generation", $"{NoStage}generation out.")]
    [InlineData("""{"artifact":"HEX","deployable":""}""", "/deployable", $"{NoStage}deployable out.")]
    [InlineData("""{"artifact":"HEX","envelopes":[]}""", "/envelopes", $"{NoStage}envelopes out.")]
    [InlineData(
        """{"artifact":"HEX","stage":"production","generation":1,"release":"HEX","envelopes":["{}",null]}""", "/envelopes",
        "Each envelope is DSSE JSON in a string; one of them is null.")]
    public async Task A_request_that_cannot_be_checked_names_its_field(string body, string pointer, string detail)
    {
        var answer = await PostAsync(Verify, body.Replace("HEX", new string('a', 64), StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal((pointer, detail), await ArtifactHost.ProblemAsync(answer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"artifact":7}""")]
    [InlineData("""{"artifact":"a","generation":"x"}""")]
    [InlineData("""{"artifact":"\ud800"}""")]
    [InlineData("""{"artifact":"a","envelopes":{}}""")]
    public async Task A_body_of_another_shape_is_a_bad_request(string body) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(Verify, body)).StatusCode);

    [Theory]
    [InlineData("?repository=acme/shop", "/repository", "'acme/shop' is not a repository id (a UUID): see GET /api/v1/repositories.")]
    [InlineData("?repository=", "/repository", "'' is not a repository id (a UUID): see GET /api/v1/repositories.")]
    [InlineData("?number=1", "/number", InItsRepository)]
    [InlineData("?repository=ID&number=1&cursor=x", "/number", InItsRepository)]
    [InlineData("?cursor=", "/cursor", NoCursor)]
    [InlineData("?cursor=%00", "/cursor", NoCursor)]
    [InlineData("?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OXxh", "/cursor", NoCursor)]
    public async Task A_filter_that_means_nothing_is_named(string query, string pointer, string detail)
    {
        var answer = await host.Http.GetAsync(Url + query.Replace("ID", Repository.ToString(), StringComparison.Ordinal), None);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal((pointer, detail), await ArtifactHost.ProblemAsync(answer));
    }

    [Theory]
    [InlineData("?limit=many")]
    [InlineData("?limit=99999999999")]
    [InlineData("?repository=01900000-0000-7000-8000-000000000001&number=first")]
    public async Task A_number_that_is_none_is_a_bad_request(string query) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Http.GetAsync(Url + query, None)).StatusCode);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task A_number_that_no_release_has_gives_an_empty_list(int number)
    {
        var page = await host.JsonAsync($"{Url}?repository={Repository}&number={number}");
        Assert.Equal((0, JsonValueKind.Null), (page.GetProperty("items").GetArrayLength(), page.GetProperty("next").ValueKind));
    }

    public static TheoryData<string> NoReasons =>
        ["""{"reason":null}""", "{}", """{"reason":""}""", """{"reason":" \t\n"}""", """{"reason":"a\u0000b"}""",
            $$"""{"reason":"{{new string('x', 1001)}}"}"""];

    [Theory]
    [MemberData(nameof(NoReasons))]
    public async Task A_hold_without_a_reason_that_people_can_read_writes_nothing(string body)
    {
        var before = await Written.ReadAsync(host.Get<NpgsqlDataSource>());

        var answer = await PostAsync($"{Url}/{shared.Release.Digest}/hold", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(
            ("/reason", "Say why, in at most 1000 characters: people will read it where the release waits."),
            await ArtifactHost.ProblemAsync(answer));
        Assert.Empty(Written.Changes(before, await Written.ReadAsync(host.Get<NpgsqlDataSource>())));
    }

    [Theory]
    [InlineData("latest", """{"reason":"x"}""")]
    [InlineData("RELEASE", "")]
    [InlineData("RELEASE", """{"reason":7}""")]
    [InlineData("RELEASE", """{"reason":"\ud800"}""")]
    public async Task A_hold_of_nothing_or_in_another_shape_is_a_bad_request(string release, string body)
    {
        var url = $"{Url}/{release.Replace("RELEASE", shared.Release.Digest.ToString(), StringComparison.Ordinal)}/hold";
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(url, body)).StatusCode);
        Assert.Equal(JsonValueKind.Null, (await host.JsonAsync($"{Url}/{shared.Release.Digest}")).GetProperty("heldReason").ValueKind);
    }

    private Task<HttpResponseMessage> PostAsync(string url, string body) =>
        host.Http.PostAsync(url, new StringContent(body, Encoding.UTF8, "application/json"), None);
}
