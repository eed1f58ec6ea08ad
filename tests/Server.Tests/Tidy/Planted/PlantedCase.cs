using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Planted;

/// <summary>
/// A small tree of sources with known offences against one rule, and with innocent neighbours that the rule must let pass.
/// </summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Files">Path and text of each file.</param>
/// <param name="Offences">Where the rule must find something: <c>file:line</c>, each once.</param>
public sealed record PlantedCase(string Rule, (string Path, string Text)[] Files, string[] Offences)
{
    /// <summary>The rule as planted, for one that reads more than sources.</summary>
    public Func<SourceTree, IEnumerable<Finding>>? Instead { get; init; }

    public static (string Path, string Text) Project(string name, string items = "") =>
        ($"src/{name}/{name}.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk\">\n<ItemGroup>\n{items}\n</ItemGroup>\n</Project>\n");

    public static string Lines(int count, string line) => string.Concat(Enumerable.Repeat($"{line}\n", count));
}
