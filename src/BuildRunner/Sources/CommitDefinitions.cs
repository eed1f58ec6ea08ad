using System.Text;
using Pipeline.BuildRunner.Definitions;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Sources;

/// <summary>The definition of a repository at a commit.</summary>
internal sealed class CommitDefinitions(SourceQueries sources)
{
    /// <returns>The name of the file, null when there is none, and the definition or what is wrong with it.</returns>
    public (string? File, DefinitionResult Result) Read(RepositoryId repository, CommitSha sha)
    {
        foreach (var file in DefinitionParser.FileNames)
        {
            if (sources.ReadFile(repository, sha, file) is { } bytes)
            {
                var text = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF');
                return (file, DefinitionParser.Parse(file, text, path => sources.TreeId(repository, sha, path) is not null));
            }

            if (sources.TreeId(repository, sha, file) is not null)
            {
                return (
                    file,
                    new DefinitionResult(
                        null,
                        [new DefinitionProblem(file, 1, 1, "This is not a file, or it is too large to be a definition.", null)]));
            }
        }

        return (null, new DefinitionResult(null, [DefinitionParser.Missing()]));
    }
}
