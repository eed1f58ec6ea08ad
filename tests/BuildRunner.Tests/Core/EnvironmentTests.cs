using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Definitions;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests.Core;

/// <summary>The variables that the server gives to each step: docs/definition.md, "Environment of a step".</summary>
public sealed class EnvironmentTests
{
    private const string Sha = "0123456789abcdef0123456789abcdef01234567";
    private static readonly Guid RepositoryGuid = Guid.Parse("018f0000-0000-7000-8000-000000000001");
    private static readonly Guid BuildGuid = Guid.Parse("018f0000-0000-7000-8000-000000000002");
    private static readonly DateTimeOffset Committed = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(2));

    [Theory]
    [InlineData("CI", "true")]
    [InlineData("PIPELINE", "true")]
    [InlineData("PIPELINE_COMMIT", Sha)]
    [InlineData("PIPELINE_BRANCH", "feature/a")]
    [InlineData("PIPELINE_REF", "refs/heads/feature/a")]
    [InlineData("PIPELINE_COMMIT_MESSAGE", "Subject\n\nBody\n")]
    [InlineData("PIPELINE_COMMIT_AUTHOR", "Ann <ann@example.org>")]
    [InlineData("PIPELINE_COMMIT_TIMESTAMP", "2026-01-02T01:04:05Z")]
    [InlineData("SOURCE_DATE_EPOCH", "1767315845")]
    [InlineData("PIPELINE_REPOSITORY", "owner/name")]
    [InlineData("PIPELINE_REPOSITORY_ID", "018f0000-0000-7000-8000-000000000001")]
    [InlineData("PIPELINE_MODULE", "api")]
    [InlineData("PIPELINE_BUILD_ID", "018f0000-0000-7000-8000-000000000002")]
    [InlineData("PIPELINE_BUILD_NUMBER", "1234567")]
    [InlineData("PIPELINE_URL", "https://pipeline.example.org/base")]
    [InlineData("PIPELINE_BUILD_URL", "https://pipeline.example.org/base/repos/owner/name/builds/1234567")]
    [InlineData("GIT_COMMIT", Sha)]
    [InlineData("GIT_SHA", Sha)]
    [InlineData("COMMIT_SHA", Sha)]
    [InlineData("CI_COMMIT_SHA", Sha)]
    [InlineData("GIT_BRANCH", "feature/a")]
    [InlineData("BRANCH_NAME", "feature/a")]
    [InlineData("CI_COMMIT_BRANCH", "feature/a")]
    [InlineData("BUILD_ID", "018f0000-0000-7000-8000-000000000002")]
    [InlineData("BUILD_NUMBER", "1234567")]
    [InlineData("BUILD_URL", "https://pipeline.example.org/base/repos/owner/name/builds/1234567")]
    [InlineData("JOB_NAME", "owner/name/api")]
    public void A_step_finds_it(string name, string value) => Assert.Equal(value, Of()[name]);

    [Fact]
    public void There_are_no_others() => Assert.Equal(27, Of().Count);

    [Theory]
    [InlineData("the commit")]
    [InlineData("the build")]
    [InlineData("aliases for existing scripts")]
    public async Task The_documentation_has_each_of_them(string source)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "docs", "definition.md"));
        var row = text.Split('\n').Single(l => l.StartsWith($"| {source} |", StringComparison.Ordinal));
        var names = row.Split('`').Where((_, i) => i % 2 == 1).Where(n => n.All(c => char.IsAsciiLetterUpper(c) || c == '_')).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, n => Assert.Contains(n, Of().Keys));
    }

    [Theory]
    [InlineData("PIPELINE_BRANCH")]
    [InlineData("PIPELINE_REF")]
    [InlineData("GIT_BRANCH")]
    [InlineData("BRANCH_NAME")]
    [InlineData("CI_COMMIT_BRANCH")]
    public void Without_a_branch_it_is_there_and_empty(string name) => Assert.Equal("", Of(branch: null)[name]);

    [Theory]
    [InlineData("https://p.example.org", "https://p.example.org")]
    [InlineData("https://p.example.org/", "https://p.example.org")]
    [InlineData("https://p.example.org//", "https://p.example.org")]
    public void Addresses_have_one_slash(string publicUrl, string url)
    {
        var environment = Of(publicUrl: publicUrl);

        Assert.Equal((url, $"{url}/repos/owner/name/builds/1234567"), (environment["PIPELINE_URL"], environment["BUILD_URL"]));
    }

    [Theory]
    [InlineData(8191, 8191)]
    [InlineData(8192, 8192)]
    [InlineData(8193, 8192)]
    public void A_long_message_is_cut(int length, int left) =>
        Assert.Equal(new string('m', left), Of(message: new string('m', length))["PIPELINE_COMMIT_MESSAGE"]);

    // Letters before the character, which is two UTF-16 units.
    [Theory]
    [InlineData(8190, true)]
    [InlineData(8191, false)]
    public void A_long_message_is_not_cut_through_a_character(int before, bool whole)
    {
        var start = new string('m', before);

        Assert.Equal(whole ? start + "\ud83d\ude00" : start, Of(message: start + "\ud83d\ude00 and more")["PIPELINE_COMMIT_MESSAGE"]);
    }

    [Fact]
    public void The_module_overrides_what_the_server_sets()
    {
        var environment = Of(env: new() { ["CI"] = "no", ["GIT_SHA"] = "", ["A"] = "b" });

        Assert.Equal(("no", "", "b", Sha), (environment["CI"], environment["GIT_SHA"], environment["A"], environment["GIT_COMMIT"]));
        Assert.Equal(28, environment.Count);
    }

    private static SortedDictionary<string, string> Of(
        string? branch = "feature/a", string message = "Subject\n\nBody\n", string publicUrl = "https://pipeline.example.org/base/",
        Dictionary<string, string>? env = null)
    {
        var repository = new Repository(
            new RepositoryId(RepositoryGuid), "github", "https://github.com", 1, "owner", "name", "u", null, "main", false, Committed, "a");
        var commit = new Commit(
            Guid.Empty, repository.Id, CommitSha.Parse(Sha), "Subject", message, "Ann", "ann@example.org", Committed.AddDays(-1), Committed,
            [], null, Committed);
        var build = new BuildSummary(
            BuildGuid, RepositoryGuid, 1_234_567, Sha, branch, BuildTrigger.Push, "a", null, BuildState.Running, null, null, Committed,
            null, null);
        var module = new ModuleDefinition("api", "services/api", [], null, new ResourceDefinition(1, 1, 1, 0), 60, env ?? [], [], []);
        return BuildEnvironment.Of(repository, commit, build, module, publicUrl);
    }
}
