using System.Buffers;
using System.Globalization;
using System.Text;
using Pipeline.BuildRunner.Definitions;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Sources;

/// <summary>The definition of a repository at a commit.</summary>
internal sealed class CommitDefinitions(SourceQueries sources)
{
    private const string Size = "Make it a file of at most 1 MiB; move scripts into files of their own.";

    /// <returns>The name of the file, null when there is none, and the definition or what is wrong with it.</returns>
    public (string? File, DefinitionResult Result) Read(RepositoryId repository, CommitSha sha)
    {
        foreach (var file in DefinitionParser.FileNames)
        {
            if (sources.ReadFile(repository, sha, file) is { } bytes)
            {
                return (file, Parse(file, bytes, path => sources.TreeId(repository, sha, path) is not null));
            }

            if (sources.TreeId(repository, sha, file) is not null)
            {
                return (
                    file,
                    new DefinitionResult(
                        null,
                        [new DefinitionProblem(file, 1, 1, "This is not a file, or it is too large to be a definition.", Size)]));
            }
        }

        return (null, new DefinitionResult(null, [DefinitionParser.Missing()]));
    }

    // Bytes that are not UTF-8 would reach commands and names as replacement characters.
    private static DefinitionResult Parse(string file, byte[] bytes, Func<string, bool> exists)
    {
        if (FirstNotUtf8(bytes) is not { } at)
            return DefinitionParser.Parse(file, Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF'), exists);
        var before = Encoding.UTF8.GetString(bytes, 0, at).TrimStart('\uFEFF');
        var line = before.Count(c => c == '\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        var message = string.Create(
            CultureInfo.InvariantCulture, $"The file is not UTF-8 text: the byte 0x{bytes[at]:X2} here is not part of it.");
        return new DefinitionResult(null, [new DefinitionProblem(file, line, column, message, "Save the file as UTF-8.")]);
    }

    private static int? FirstNotUtf8(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            if (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) != OperationStatus.Done)
                return at;
            at += length;
        }

        return null;
    }
}
