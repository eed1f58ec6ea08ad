using Pipeline.BuildRunner.Definitions;

namespace Pipeline.BuildRunner.Tests.Definitions;

/// <summary>Short ways to read a definition in a test.</summary>
internal static class Reading
{
    /// <summary>A file with an artifact <c>a</c>; a deployable can follow.</summary>
    public const string Head = "steps: [{ run: x }]\nartifacts: [{ name: a, path: o }]\n";

    /// <summary>Every problem as <c>line:column: message (hint)</c>.</summary>
    public static IReadOnlyList<string> Problems(string text) =>
        [.. DefinitionParser.Parse("f", text).Problems.Select(p => p.ToString()["f:".Length..])];

    /// <summary>The only problem.</summary>
    public static string Problem(string text) => Assert.Single(Problems(text));

    public static PipelineDefinition Definition(string text)
    {
        var result = DefinitionParser.Parse("f", text);
        Assert.Empty(result.Problems);
        return result.Definition!;
    }

    /// <summary>The module of a file that has one step and these lines besides.</summary>
    public static ModuleDefinition Module(string lines) => Assert.Single(Definition("steps: [{ run: x }]\n" + lines).Modules);

    /// <summary>The deployable <c>w</c> with these keys, besides its artifact and its command.</summary>
    public static DeployableDefinition Deployable(string keys) => Assert.Single(Definition(DeployableText(keys)).Deployables);

    /// <summary>Each key of the deployable is in a line of its own: the first in line 5, column 5.</summary>
    public static string DeployableText(string keys) =>
        $"{Head}deployables:\n  w: {{ artifact: a, run: y,\n    {string.Join(",\n    ", keys.Split("; ").Where(k => k.Length > 0))} }}";
}
