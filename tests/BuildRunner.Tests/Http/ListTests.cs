using Pipeline.BuildRunner.Contract.Commands;
using Pipeline.BuildRunner.Tests.Runner;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.BuildRunner.Tests.Http;

/// <summary>The list of a repository's builds: pages, filters and what is refused.</summary>
public sealed class ListTests : IClassFixture<ListTests.Builds>
{
    private const string BadCursor = "cursor must be the next of an earlier page.";
    private const string BadLimit = "limit must be between 1 and 200.";
    private const string BadNumber = "number names one build: give no other filter with it.";
    private const string BadSha = "sha must be 40 hex digits.";
    private const string Nul = "branch holds a NUL character (\\u0000), which cannot be stored. Remove it.";
    private readonly Builds builds;
    private readonly BuildHost host;

    public ListTests(Builds builds) => (this.builds, host) = (builds, builds.Host);

    public static TheoryData<string, string> Refused => new()
    {
        { "?limit=0", BadLimit }, { "?limit=201", BadLimit }, { "?limit=-1", BadLimit }, { "?limit=-2147483648", BadLimit },
        { "?cursor=x", BadCursor }, { "?cursor=MTIz", BadCursor }, { "?cursor=%00", BadCursor }, { "?cursor=%20", BadCursor },
        { "?cursor=" + CursorText.Write(DateTimeOffset.UnixEpoch, "id"), BadCursor },
        { "?cursor=" + new Cursor(DateTimeOffset.UnixEpoch, Guid.Empty) + "=", BadCursor },
        { "?number=1&sha=" + new string('a', 40), BadNumber }, { "?number=1&branch=main", BadNumber },
        { "?number=1&cursor=" + new Cursor(DateTimeOffset.UnixEpoch, Guid.Empty), BadNumber },
        { "?sha=abc", BadSha }, { "?sha=" + new string('g', 40), BadSha }, { "?sha=", BadSha }, { "?sha=" + new string('a', 41), BadSha },
        { "?branch=%00", Nul }, { "?branch=ma%00in", Nul },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_filter_that_is_none_is_refused_with_its_name(string query, string title)
    {
        var answer = await host.SendAsync("GET", host.List(query));
        Assert.Equal((400, "invalid-request", title), (answer.Status, answer.Text("type"), answer.Text("title")));
        var error = Assert.Single(answer.Body.GetProperty("errors").EnumerateArray());
        var (field, detail) = (title.Split(' ')[0], title[(title.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        Assert.Equal(($"/{field}", detail), (error.GetProperty("pointer").GetString(), error.GetProperty("detail").GetString()));
    }

    [Theory]
    [InlineData("?limit=x")]
    [InlineData("?limit=1.5")]
    [InlineData("?limit=2147483648")]
    [InlineData("?number=one")]
    [InlineData("?number=99999999999")]
    public async Task A_filter_of_the_wrong_type_is_refused(string query) =>
        Assert.Equal(400, (await host.SendAsync("GET", host.List(query))).Status);

    /// <summary>Query, with <c>{sha}</c> for the commit of build 2, and the numbers that are found.</summary>
    [Theory]
    [InlineData("?limit=1", "5")]
    [InlineData("?limit=200", "5 4 3 2 1")]
    [InlineData("?cursor=", "5 4 3 2 1")]
    [InlineData("", "5 4 3 2 1")]
    [InlineData("?sha={sha}", "4 2")]
    [InlineData("?sha={SHA}", "4 2")]
    [InlineData("?sha=dddddddddddddddddddddddddddddddddddddddd", "")]
    [InlineData("?branch=main", "4 3 2 1")]
    [InlineData("?branch=Main", "")]
    [InlineData("?branch=ma%25", "")]
    [InlineData("?branch=fix/%C3%BC", "5")]
    [InlineData("?branch=", "")]
    [InlineData("?sha={sha}&branch=main&limit=1", "4")]
    [InlineData("?sha={sha}&branch=fix/%C3%BC", "")]
    [InlineData("?number=3", "3")]
    [InlineData("?number=3&limit=1", "3")]
    [InlineData("?number=0", "")]
    [InlineData("?number=-1", "")]
    [InlineData("?number=2147483647", "")]
    public async Task Filters_find_exactly_what_they_name_newest_first(string query, string numbers)
    {
        var sha = builds.Shas[1].ToString();
        var named = query.Replace("{sha}", sha, StringComparison.Ordinal);
        var page = await host.SendAsync("GET", host.List(named.Replace("{SHA}", sha.ToUpperInvariant(), StringComparison.Ordinal)));
        Assert.Equal((200, numbers), (page.Status, string.Join(' ', page.Status == 200 ? page.Numbers() : [])));
        Assert.Equal(query.Contains("limit=1", StringComparison.Ordinal) && !query.Contains("number", StringComparison.Ordinal),
            page.Text("next").Length > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Pages_follow_each_other_without_a_gap_or_a_repeat(int limit)
    {
        var (seen, pages, next) = (new List<int>(), 0, "");
        do
        {
            var page = await host.SendAsync("GET", host.List($"?limit={limit}&cursor={next}"));
            Assert.InRange(page.Numbers().Count, 1, limit);
            seen.AddRange(page.Numbers());
            (pages, next) = (pages + 1, page.Text("next"));
        }
        while (next.Length > 0 && pages < 10);

        Assert.Equal([5, 4, 3, 2, 1], seen);
        Assert.Equal((5 + limit - 1) / limit, pages);
    }

    [Fact]
    public async Task A_page_stays_the_same_while_builds_are_added()
    {
        await using var own = await BuildHost.StartAsync();
        var first = await own.PushAsync(TaskCalls.OneStep);
        var retry = () => own.Get<BuildCommands>().RetryAsync(Caller.System("test"), new BuildId(first.Build.Id), CancellationToken.None);
        for (var i = 0; i < 3; i++)
            await retry();
        var page = await own.SendAsync("GET", own.List("?limit=2"));
        await retry();
        var second = await own.SendAsync("GET", own.List($"?limit=2&cursor={page.Text("next")}"));

        Assert.Equal([4, 3], page.Numbers());
        Assert.Equal([2, 1], second.Numbers());
        Assert.Equal("", second.Text("next"));
        Assert.Equal([5], (await own.SendAsync("GET", own.List("?limit=1"))).Numbers());
    }

    [Theory]
    [InlineData("/api/v1/repositories/{0}/builds", "There is no repository {0}.", "GET /api/v1/repositories lists the repositories.")]
    [
        InlineData(
            "/api/v1/repositories/{0}/builds?number=1", "There is no repository {0}.", "GET /api/v1/repositories lists the repositories.")
    ]
    public async Task Of_an_unknown_repository_there_is_no_list(string address, string detail, string hint)
    {
        var id = Guid.CreateVersion7().ToString();
        var answer = await host.SendAsync("GET", address.Replace("{0}", id, StringComparison.Ordinal));
        Assert.Equal(
            (404, "not-found", detail.Replace("{0}", id, StringComparison.Ordinal), hint),
            (answer.Status, answer.Text("type"), answer.Text("detail"), answer.Text("hint")));
    }

    /// <summary>Three pushes, a retry of the second, and one of another branch.</summary>
    public sealed class Builds : IAsyncLifetime
    {
        internal BuildHost Host { get; private set; } = null!;

        public List<CommitSha> Shas { get; } = [];

        public async ValueTask InitializeAsync()
        {
            Host = await BuildHost.StartAsync();
            var commands = Host.Get<BuildCommands>();
            Guid second = default;
            for (var i = 0; i < 3; i++)
            {
                var build = (await Host.PushAsync($"{TaskCalls.OneStep} # {i}")).Build;
                Shas.Add(CommitSha.Parse(build.Sha));
                second = i == 1 ? build.Id : second;
            }

            await commands.RetryAsync(Caller.System("test"), new BuildId(second), CancellationToken.None);
            await commands.StartAsync(Caller.System("test"), Host.Repository.Id, Shas[0], "fix/ü", CancellationToken.None);
        }

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
