using System.Text.RegularExpressions;
using CsCheck;
using Pipeline.BuildRunner.Definitions;
using static Pipeline.BuildRunner.Tests.Definitions.Reading;

namespace Pipeline.BuildRunner.Tests.Definitions;

/// <summary>What holds between the modules of a file.</summary>
public sealed partial class GraphTests
{
    private const string Remedy = " (Remove one of these dependencies.)";

    // Modules as name:dependencies; each is in a line of its own, from line 2 on.
    [Theory]
    [InlineData("a:a", "2:21: The modules wait for each other: a → a.")]
    [InlineData("a:b b:a", "2:21: The modules wait for each other: a → b → a.")]
    [InlineData("a:b b:c c:a", "3:21: The modules wait for each other: b → c → a → b.")]
    [InlineData("a:b b:a c:d d:c", "2:21: The modules wait for each other: a → b → a.",
        "4:21: The modules wait for each other: c → d → c.")]
    [InlineData("a:a b:b c:c", "2:21: The modules wait for each other: a → a.", "3:21: The modules wait for each other: b → b.",
        "4:21: The modules wait for each other: c → c.")]
    [InlineData("a:a,b b:a", "2:21: The modules wait for each other: a → a.",
        "2:24: The modules wait for each other: a → b → a.")]
    [InlineData("a:b,c b:a c:a", "2:24: The modules wait for each other: a → c → a.",
        "3:21: The modules wait for each other: b → a → b.")]
    [InlineData("a:b b: c:a,b")]
    [InlineData("d:b,c b:a c:a a:")]
    [InlineData("entry:a a:b b:a", "3:21: The modules wait for each other: a → b → a.")]
    public void Every_circle_is_reported_where_it_closes(string modules, params string[] problems) =>
        Assert.Equal(problems.Select(p => p + Remedy), Problems(Modules(modules)));

    [Fact]
    public void Without_the_reported_dependencies_no_circle_is_left() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[0, 9999]).Sample((count, seed) =>
        {
            var random = new Random(seed);
            var graph = Enumerable.Range(0, count)
                .Select(_ => Enumerable.Range(0, count).Where(_ => random.Next(4) == 0).ToList()).ToList();
            var circular = IsCircular(graph);
            var problems = DefinitionParser.Parse("f", Modules(graph)).Problems;
            if (problems.Count > 0 != circular)
                return false;
            foreach (var problem in problems)
            {
                var names = problem.Message.Split(": ")[1].TrimEnd('.').Split(" → ").Select(n => n[1] - '0').ToList();
                if (names[0] != names[^1] || names[0] != problem.Line - 2 || !graph[names[0]].Remove(names[1]))
                    return false;
            }

            return !IsCircular(graph);
        });

    [Fact]
    public void A_circle_of_many_modules_is_shown_by_its_beginning_and_its_end()
    {
        var names = Enumerable.Range(10, 90).Select(i => $"m{i}").ToList();
        var text = Modules(string.Join(' ', names.Select((n, i) => $"{n}:{names[(i + 1) % names.Count]}")));

        Assert.Equal(
            "90:23: The modules wait for each other: "
            + "m98 → m99 → m10 → m11 → m12 → m13 → m14 → m15 → m16 → m17 → m18 → … → m98." + Remedy,
            Problem(text));
    }

    [Fact]
    public void Five_hundred_modules_that_all_wait_for_each_other_are_answered()
    {
        var all = Enumerable.Range(0, 400).Select(i => $"m{i}").ToList();
        var text = $"x-all: &all [{string.Join(", ", all)}]\nmodules:\n"
            + string.Concat(all.Select(n => $"  {n}: {{ depends_on: *all, steps: [{{ run: x }}] }}\n"));

        Assert.Equal(101, DefinitionParser.Parse("f", text).Problems.Count);
    }

    [Theory]
    [InlineData("common: api:comon", "3:23: There is no module 'comon'. (Did you mean 'common'?)")]
    [InlineData("common: api:Common", "3:23: There is no module 'Common'. (Did you mean 'common'?)")]
    [InlineData("common: api:com", "3:23: There is no module 'com'. (Did you mean 'common'?)")]
    [InlineData("common: api:common-lib", "3:23: There is no module 'common-lib'. (Did you mean 'common'?)")]
    [InlineData("common: api:zzz", "3:23: There is no module 'zzz'. (Known are common.)")]
    [InlineData("common: web: api:zzz", "4:23: There is no module 'zzz'. (Known are common, web.)")]
    [InlineData("common: api:ap", "3:23: There is no module 'ap'. (Known are common.)")]
    [InlineData("api:ap", "2:23: There is no module 'ap'.")]
    [InlineData("common: api:''", "3:23: There is no module ''. (Known are common.)")]
    [InlineData("a: b:a,a", "3:24: 'a' is listed twice.")]
    [InlineData("a: b:'o/r:m'",
        "3:21: 'o/r:m': modules of other repositories are not available in this version. (Depend on modules of this file.)")]
    [InlineData("a: b:r/m",
        "3:21: 'r/m': modules of other repositories are not available in this version. (Depend on modules of this file.)")]
    [InlineData("a: A:", "3:3: 'A' and 'a' differ by case only. (GitHub shows them as one: choose another name.)")]
    [InlineData("a:A A:", "3:3: 'A' and 'a' differ by case only. (GitHub shows them as one: choose another name.)")]
    public void Names_of_modules_are_unique_and_known(string modules, string problem) =>
        Assert.Equal([problem], Problems(Modules(modules)));

    [Fact]
    public void Of_many_modules_a_hint_names_ten() => Assert.Equal(
        "13:23: There is no module 'zzz'. (Known are m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, …)",
        Problem(Modules(string.Concat(Enumerable.Range(10, 11).Select(i => $"m{i}: ")) + "m99:zzz")));

    [Fact]
    public void A_module_with_a_mistake_is_there_for_those_that_name_it()
    {
        Assert.Equal(
            "2:6: The module 'a' must be a map, not a list.",
            Problem("modules:\n  a: []\n  b: { depends_on: a, steps: [{ run: x }] }"));
        Assert.Equal(
            "2:30: 'path' must lie inside the repository: '../o' does not. (Write it relative, without '..', '\\' and control characters.)",
            Problem("steps: [{ run: x }]\nartifacts: [{ name: a, path: ../o }]\ndeployables: { w: { artifact: a, run: y } }"));
    }

    [Fact]
    public void A_single_dependency_may_be_written_without_a_list()
    {
        var definition = Definition("modules:\n  a: { steps: [{ run: x }] }\n  b: { depends_on: a, steps: [{ run: x }] }");
        Assert.Equal(["a"], definition.Modules[1].DependsOn);
        Assert.Equal(
            "1:13: The modules wait for each other: build → build." + Remedy, Problem("depends_on: build\nsteps: [{ run: x }]"));
    }

    [Fact]
    public void The_order_of_the_file_is_kept() => Assert.Equal(
        ["z", "a", "m"], Definition(Modules("z:a,m a:m m:")).Modules.Select(m => m.Name));

    // The artifacts of the modules m and n, and every problem.
    [Theory]
    [InlineData("a", "b")]
    [InlineData("a", "A")]
    [InlineData("a,a", "b", "2:50: There are two artifacts named 'a' in this module. (Give each its own name.)")]
    [InlineData("a", "a", "3:28: The artifact 'a' is made by the module 'm' too. (Names of artifacts are unique in a file.)")]
    [InlineData("a,b", "b,a", "3:28: The artifact 'b' is made by the module 'm' too. (Names of artifacts are unique in a file.)",
        "3:50: The artifact 'a' is made by the module 'm' too. (Names of artifacts are unique in a file.)")]
    [InlineData("a", "-b",
        "3:28: '-b' cannot name an artifact. (Use up to 63 letters, digits, '.', '_' or '-'; begin with a letter or digit.)")]
    public void An_artifact_is_made_once(string m, string n, params string[] problems)
    {
        Assert.Equal(problems, Problems($"modules:\n{Line("m", m)}{Line("n", n)}"));
        static string Line(string module, string names)
        {
            var artifacts = string.Join(", ", names.Split(',').Select(a => $"{{ name: {a}, path: o }}"));
            return $"  {module}: {{ artifacts: [{artifacts}], steps: [{{ run: x }}] }}\n";
        }
    }

    [Theory]
    [InlineData("a b", "2:3: 'a b' cannot name a module.")]
    [InlineData("-a", "2:3: '-a' cannot name a module.")]
    [InlineData("''", "2:3: '' cannot name a module.")]
    [InlineData("~", "2:3: '~' cannot name a module.")]
    [InlineData("a/b", "2:3: 'a/b' cannot name a module.")]
    [InlineData("\u00e9", "2:3: '\u00e9' cannot name a module.")]
    [InlineData("\"a\\nb\"", "2:3: 'a b' cannot name a module.")]
    public void A_module_needs_a_name(string name, string problem) => Assert.Equal(
        $"{problem} (Use up to 63 letters, digits, '.', '_' or '-'; begin with a letter or digit.)",
        Problem($"modules:\n  {name}: {{ steps: [{{ run: x }}] }}"));

    private static string Modules(string modules) => "modules:\n" + string.Concat(
        from m in Module().Matches(modules)
        let dependsOn = m.Groups[2].Value.Replace(",", ", ", StringComparison.Ordinal)
        select $"  {m.Groups[1].Value}: {{ depends_on: [{dependsOn}], steps: [{{ run: x }}] }}\n");

    private static string Modules(List<List<int>> graph) =>
        Modules(string.Join(' ', graph.Select((d, i) => $"m{i}:{string.Join(',', d.Select(n => $"m{n}"))}")));

    private static bool IsCircular(List<List<int>> graph)
    {
        var left = Enumerable.Range(0, graph.Count).ToHashSet();
        while (left.RemoveWhere(m => !graph[m].Any(left.Contains)) > 0)
        {
        }

        return left.Count > 0;
    }

    [GeneratedRegex(@"(\S+?):(\S*)")]
    private static partial Regex Module();
}
