using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Pipeline.GitWebhooks.Core;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Tests.Core;

public sealed class PushPayloadTests
{
    private static readonly CommitSha A = CommitSha.Parse(new string('a', 40));
    private static readonly CommitSha B = CommitSha.Parse(new string('b', 40));

    [Fact]
    public void A_push_is_read_whole()
    {
        var push = PushPayload.Parse(Encoding.UTF8.GetBytes(Payloads.Push(B, A, "feature/x", forced: true)));

        Assert.Equal(("refs/heads/feature/x", A, B, true, "eleni"), (push.Ref, push.Before, push.After, push.Forced, push.Pusher));
        Assert.Equal("feature/x", push.Branch);
        Assert.Equal(new PushedRepository(7, "acme", "shop", "https://github.com/acme/shop.git", null, "main"), push.Repository);
    }

    [Theory]
    [InlineData("refs/heads/main", "main")]
    [InlineData("refs/heads/refs/heads/main", "refs/heads/main")]
    [InlineData("refs/heads/feature/ä#%", "feature/ä#%")]
    [InlineData("refs/tags/v1", null)]
    [InlineData("refs/pull/1/head", null)]
    [InlineData("refs/Heads/main", null)]
    [InlineData("refs/headsmain", null)]
    public void Only_heads_are_branches(string name, string? branch) => Assert.Equal(branch, Parse(p => p["ref"] = name).Branch);

    [Fact]
    public void A_new_ref_has_no_commit_before_and_a_deleted_one_none_after()
    {
        Assert.Equal((null, A), Parse(p => p["before"] = Payloads.Zero) is var created ? (created.Before, created.After) : default);
        Assert.Null(Parse(p => p["after"] = Payloads.Zero).After);
        Assert.Null(Parse(p => p["after"] = null).After);
        Assert.Null(Parse(p => p.Remove("after")).After);
        Assert.Equal(A, Parse(p => p["after"] = A.ToString().ToUpperInvariant()).After);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("null", false)]
    [InlineData("\"true\"", false)]
    [InlineData("1", false)]
    public void Only_true_is_forced(string json, bool forced) =>
        Assert.Equal(forced, Parse(p => p["forced"] = JsonNode.Parse(json)).Forced);

    [Theory]
    [InlineData("""{"pusher":{"name":"eleni"},"sender":{"login":"nikos"}}""", "eleni")]
    [InlineData("""{"pusher":{"name":""},"sender":{"login":"nikos"}}""", "nikos")]
    [InlineData("""{"pusher":{"email":"e@x"},"sender":{"login":"nikos"}}""", "nikos")]
    [InlineData("""{"pusher":"eleni","sender":null}""", "unknown")]
    [InlineData("""{"pusher":{"name":1},"sender":{"login":[]}}""", "unknown")]
    [InlineData("{}", "unknown")]
    public void The_pusher_is_named_or_the_sender_or_nobody(string json, string pusher) => Assert.Equal(
        pusher,
        Parse(p =>
        {
            p.Remove("pusher");
            foreach (var (key, value) in JsonNode.Parse(json)!.AsObject())
                p[key] = value?.DeepClone();
        }).Pusher);

    [Theory]
    [InlineData("""{"id":7,"full_name":"acme/shop"}""", "acme", "shop", "main")]
    [InlineData("""{"id":7,"full_name":"acme/shop","name":"x","owner":{"login":"y"}}""", "acme", "shop", "main")]
    [InlineData("""{"id":7,"name":"shop","owner":{"login":"acme","name":"other"}}""", "acme", "shop", "main")]
    [InlineData("""{"id":7,"full_name":"shop","name":"shop","owner":{"name":"acme"}}""", "acme", "shop", "main")]
    [InlineData("""{"id":7,"full_name":"/shop","name":"shop","owner":{"login":"acme"}}""", "acme", "shop", "main")]
    [InlineData("""{"id":7,"full_name":"acme/shop","master_branch":"old"}""", "acme", "shop", "old")]
    [InlineData("""{"id":7,"full_name":"acme/shop","default_branch":"trunk","master_branch":"old"}""", "acme", "shop", "trunk")]
    [InlineData("""{"id":9223372036854775807,"full_name":"acme/shop","default_branch":""}""", "acme", "shop", "main")]
    public void A_repository_is_named_in_any_of_GitHubs_ways(string json, string owner, string name, string branch)
    {
        var repository = Parse(p => p["repository"] = JsonNode.Parse(json)).Repository;

        Assert.Equal((owner, name, branch), (repository.Owner, repository.Name, repository.DefaultBranch));
        Assert.Equal((null, null), (repository.CloneUrl, repository.WebUrl));
    }

    [Fact]
    public void The_addresses_of_a_repository_are_read_as_they_are_sent()
    {
        var repository = Parse(p =>
        {
            p["repository"]!["clone_url"] = "https://github.com/acme/shop.git";
            p["repository"]!["html_url"] = "https://github.com/acme/shop";
        }).Repository;

        Assert.Equal(("https://github.com/acme/shop.git", "https://github.com/acme/shop"), (repository.CloneUrl, repository.WebUrl));
    }

    [Theory]
    [InlineData("""{"ref":null}""", "ref is missing.")]
    [InlineData("""{"ref":""}""", "ref is missing.")]
    [InlineData("""{"ref":["refs/heads/main"]}""", "ref is missing.")]
    [InlineData("""{"ref":"main"}""", "ref is not a name that git allows.")]
    [InlineData("""{"ref":"a/b"}""", "ref is not a name that git allows.")]
    [InlineData("""{"ref":"refs/heads/"}""", "ref is not a name that git allows.")]
    [InlineData("""{"ref":"refs/heads/a:refs/heads/b"}""", "ref is not a name that git allows.")]
    [InlineData("""{"ref":"refs/heads/*"}""", "ref is not a name that git allows.")]
    [InlineData("""{"ref":"refs/heads/../../x"}""", "ref is not a name that git allows.")]
    [InlineData("""{"ref":"refs/heads/a\u0000b"}""", "ref holds a NUL.")]
    [InlineData("""{"after":"xyz"}""", "after is not a commit: 'xyz'.")]
    [InlineData("""{"after":"aaaa"}""", "after is not a commit: 'aaaa'.")]
    [InlineData("""{"before":"main"}""", "before is not a commit: 'main'.")]
    [InlineData("""{"pusher":{"name":"a\u0000"}}""", "name holds a NUL.")]
    [InlineData("""{"repository":null}""", "repository is missing.")]
    [InlineData("""{"repository":[]}""", "repository is missing.")]
    [InlineData("""{"repository":{}}""", "repository.id is missing or no number.")]
    [InlineData("""{"repository":{"id":"7"}}""", "repository.id is missing or no number.")]
    [InlineData("""{"repository":{"id":7.5}}""", "repository.id is missing or no number.")]
    [InlineData("""{"repository":{"id":9223372036854775808}}""", "repository.id is missing or no number.")]
    [InlineData("""{"repository":{"id":7}}""", "repository.full_name is missing or not owner/name.")]
    [InlineData("""{"repository":{"id":7,"name":"shop"}}""", "repository.full_name is missing or not owner/name.")]
    [InlineData("""{"repository":{"id":7,"owner":{"login":"acme"}}}""", "repository.full_name is missing or not owner/name.")]
    [InlineData("""{"repository":{"id":7,"full_name":"acme/"}}""", "repository.full_name is missing or not owner/name.")]
    [InlineData("""{"repository":{"id":7,"full_name":"a/b/c"}}""", "repository.full_name is missing or not owner/name.")]
    [InlineData("""{"repository":{"id":7,"full_name":"a b/c"}}""", "repository.full_name is missing or not owner/name.")]
    [InlineData(
        """{"repository":{"id":7,"full_name":"a/b","default_branch":"x y"}}""",
        "repository.default_branch is not a name that git allows.")]
    public void What_cannot_be_used_is_refused_by_its_name(string changed, string message) => Assert.Equal(
        message,
        Assert.Throws<PayloadException>(() => Parse(p =>
        {
            foreach (var (key, value) in JsonNode.Parse(changed)!.AsObject())
                p[key] = value?.DeepClone();
        })).Message);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]x")]
    public void A_body_that_is_not_JSON_is_refused(string json) => Assert.StartsWith(
        "The body is not JSON: ", Assert.Throws<PayloadException>(() => PushPayload.Parse(Encoding.UTF8.GetBytes(json))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Half_a_surrogate_pair_is_refused() => Assert.Equal(
        "ref is not Unicode text.",
        Assert.Throws<PayloadException>(() => PushPayload.Parse("""{"ref":"refs/heads/\ud800"}"""u8.ToArray())).Message);

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_refused()
    {
        var body = Encoding.UTF8.GetBytes("""{"ref":"refs/heads/#"}""");
        body[Array.IndexOf(body, (byte)'#')] = 0xff;

        Assert.Equal("ref is not Unicode text.", Assert.Throws<PayloadException>(() => PushPayload.Parse(body)).Message);
    }

    [Fact]
    public void No_JSON_whatsoever_fails_in_another_way_than_by_being_refused() => Gen.Select(Keys, Values).Array[0, 6].Sample(members =>
    {
        var payload = Payload();
        foreach (var (path, json) in members)
        {
            JsonNode target = path.Contains('.', StringComparison.Ordinal) && payload["repository"] is JsonObject inner ? inner : payload;
            target[path.Split('.')[^1]] = JsonNode.Parse(json);
        }

        try
        {
            return PushPayload.Parse(JsonSerializer.SerializeToUtf8Bytes(payload)).Ref.StartsWith("refs/", StringComparison.Ordinal);
        }
        catch (PayloadException e)
        {
            return !e.Message.Contains('\0', StringComparison.Ordinal); // it is stored as the outcome
        }
    });

    private static Gen<string> Keys => Gen.OneOf(
        "ref", "before", "after", "forced", "pusher", "sender", "repository", "r.id", "r.full_name", "r.owner", "r.default_branch",
        "r.clone_url", "r.html_url");

    private static Gen<string> Values => Gen.OneOf(
        "null", "1", "-1", "1e999", "true", "[]", "{}", "[{}]", "\"\"", "\"a\"", "\"a/b\"", "\"\\u0000\"", "\"refs/heads/x\"",
        "{\"name\":1}", "{\"login\":\"\\u0000\"}", "\"0\"");

    private static PushPayload Parse(Action<JsonObject> change)
    {
        var payload = Payload();
        change(payload);
        return PushPayload.Parse(Encoding.UTF8.GetBytes(payload.ToJsonString()));
    }

    private static JsonObject Payload() => JsonNode.Parse(Payloads.Push(A, B))!.AsObject();
}
