using System.Globalization;
using System.Text;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Definitions;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Text;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Sources;

/// <summary>The definition of a repository at a commit.</summary>
internal sealed class CommitDefinitions(SourceQueries sources, StageNames? stages = null)
{
    private const string LittleEndian = "UTF-16 (little-endian)";
    private const string Size = "Make it a file of at most 1 MiB; move scripts into files of their own.";

    /// <returns>The name of the file, null when there is none, and the definition or what is wrong with it.</returns>
    public (string? File, DefinitionResult Result) Read(RepositoryId repository, CommitSha sha)
    {
        foreach (var file in DefinitionParser.FileNames)
        {
            var found = sources.ReadFile(repository, sha, file);
            if (found.Bytes is { } bytes)
                return (file, Parse(file, bytes, path => sources.IsFolder(repository, sha, path)));
            if (ProblemOf(found) is { } problem)
                return (file, new DefinitionResult(null, [new DefinitionProblem(file, 1, 1, problem, Size)]));
        }

        return (null, new DefinitionResult(null, [DefinitionParser.Missing()]));
    }

    private static string? ProblemOf(SourceFile found) => found.State switch
    {
        SourceFileState.File or SourceFileState.Missing => null,
        SourceFileState.Folder => "This is a folder, not a file.",
        SourceFileState.Submodule => "This is a submodule, not a file.",
        SourceFileState.TooLarge => $"This is too large to be a definition: {found.Why}.",
        SourceFileState.BadLink => $"This is a symbolic link that cannot be followed: {found.Why}.",
    };

    // Bytes that are not text as people wrote it would reach commands and names as other characters.
    private DefinitionResult Parse(string file, byte[] bytes, Func<string, bool> exists)
    {
        if (WideEncodingOf(bytes) is { } wide)
        {
            var shell = wide == LittleEndian ? " (as PowerShell's > writes it)" : "";
            return Problem(file, 1, 1, $"The file is {wide} text, not UTF-8{shell}.", "Save the file as UTF-8.");
        }

        if (bytes.AsSpan().StartsWith("version https://git-lfs.github.com/spec/"u8))
            return Problem(
                file, 1, 1, "This is a pointer of Git LFS, not the file itself.", "Keep the definition out of LFS (.gitattributes).");
        if (ByteText.FirstNotUtf8(bytes) is not { } at)
            return DefinitionParser.Parse(file, Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF'), exists, stages?.Current);
        var before = Encoding.UTF8.GetString(bytes, 0, at).TrimStart('\uFEFF');
        var line = before.Count(c => c == '\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        var message = string.Create(
            CultureInfo.InvariantCulture, $"The file is not UTF-8 text: the byte 0x{bytes[at]:X2} here is not part of it.");
        return Problem(file, line, column, message, "Save the file as UTF-8.");
    }

    private static DefinitionResult Problem(string file, int line, int column, string message, string hint) =>
        new(null, [new DefinitionProblem(file, line, column, message, hint)]);

    // By its mark, or, without one, by a zero byte beside nearly each of the first characters, which are plain ones in a definition.
    private static string? WideEncodingOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe, 0, 0]) || bytes.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xfe, 0xff]))
            return "UTF-32";
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]))
            return LittleEndian;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]))
            return "UTF-16 (big-endian)";
        var (even, odd, pairs) = (0, 0, Math.Min(bytes.Length / 2, 32));
        for (var i = 0; i < pairs; i++)
        {
            even += bytes[2 * i] == 0 ? 1 : 0;
            odd += bytes[(2 * i) + 1] == 0 ? 1 : 0;
        }

        return pairs < 2 || Math.Max(even, odd) * 4 < pairs * 3 ? null
            : Math.Min(even, odd) * 4 > pairs ? "UTF-32" : odd > even ? LittleEndian : "UTF-16 (big-endian)";
    }
}
