using System.Globalization;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Definitions;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel.Text;

namespace Pipeline.BuildRunner.Core;

/// <summary>What a step finds in its environment: our names, and the names that most scripts read.</summary>
internal static class BuildEnvironment
{
    public static SortedDictionary<string, string> Of(
        Repository repository, Commit commit, BuildSummary build, ModuleDefinition module, string publicUrl)
    {
        var (sha, branch) = (commit.Sha.ToString(), build.Branch ?? "");
        var number = build.Number.ToString(CultureInfo.InvariantCulture);
        var server = publicUrl.TrimEnd('/');
        var url = $"{server}/repos/{repository.FullName}/builds/{number}";
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["CI"] = "true",
            ["PIPELINE"] = "true",
            ["PIPELINE_COMMIT"] = sha,
            ["PIPELINE_BRANCH"] = branch,
            ["PIPELINE_REF"] = branch.Length > 0 ? $"refs/heads/{branch}" : "",
            ["PIPELINE_COMMIT_MESSAGE"] = ByteText.Cut(commit.Message, 8192),
            ["PIPELINE_COMMIT_AUTHOR"] = $"{ByteText.Cut(commit.AuthorName, 1024)} <{ByteText.Cut(commit.AuthorEmail, 1024)}>",
            ["PIPELINE_COMMIT_TIMESTAMP"] = commit.CommittedAt.ToUniversalTime().ToString(
                "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["PIPELINE_REPOSITORY"] = repository.FullName,
            ["PIPELINE_REPOSITORY_ID"] = repository.Id.ToString(),
            ["PIPELINE_MODULE"] = module.Name,
            ["PIPELINE_BUILD_ID"] = build.Id.ToString(),
            ["PIPELINE_BUILD_NUMBER"] = number,
            ["PIPELINE_URL"] = server,
            ["PIPELINE_BUILD_URL"] = url,
            ["BUILD_ID"] = build.Id.ToString(),
            ["BUILD_NUMBER"] = number,
            ["BUILD_URL"] = url,
            ["JOB_NAME"] = $"{repository.FullName}/{module.Name}",
            ["SOURCE_DATE_EPOCH"] = commit.CommittedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        };
        foreach (var name in new[] { "GIT_COMMIT", "GIT_SHA", "COMMIT_SHA", "CI_COMMIT_SHA" })
            environment[name] = sha;
        foreach (var name in new[] { "GIT_BRANCH", "BRANCH_NAME", "CI_COMMIT_BRANCH" })
            environment[name] = branch;
        foreach (var (name, value) in module.Env)
            environment[name] = value;
        return environment;
    }
}
