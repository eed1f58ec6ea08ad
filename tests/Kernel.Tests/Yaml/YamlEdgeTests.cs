using CsCheck;
using Pipeline.Kernel.Yaml;

namespace Pipeline.Kernel.Tests.Yaml;

/// <summary>The edges of what the reader takes: its limits to the last value, anchors, merges, and how scalars were written.</summary>
public sealed class YamlEdgeTests
{
    private const int MaxNodes = 200_000;

    // The scalar as written under "a:", its text, whether it may be a number, and its place.
    [Theory]
    [InlineData("a: 1", "1", true, 1, 4)]
    [InlineData("a: '1'", "1", false, 1, 4)]
    [InlineData("a: \"1\"", "1", false, 1, 4)]
    [InlineData("a: !!str 1", "1", false, 1, 4)]
    [InlineData("a: |\n  1\n", "1\n", false, 1, 4)]
    [InlineData("a: >-\n  1\n  2\n", "1 2", false, 1, 4)]
    [InlineData("a:\n\n   1", "1", true, 3, 4)]
    [InlineData("a: \"tab\\tand\\u00e9\"", "tab\tandé", false, 1, 4)]
    [InlineData("? a\n: 1", "1", true, 2, 3)]
    [InlineData("a: &x 1", "1", true, 1, 4)]
    [InlineData("---\na: 1\n...\n", "1", true, 2, 4)]
    [InlineData("\uFEFFa: 1", "1", true, 1, 4)]
    [InlineData("a: 1\r\n", "1", true, 1, 4)]
    public void A_scalar_keeps_its_text_its_style_and_its_place(string text, string value, bool isPlain, int line, int column) =>
        Assert.Equal(new YamlScalar(value, isPlain, line, column), Assert.IsType<YamlMap>(Read(text)).Entries.Single().Value);

    [Theory]
    [InlineData("a:", 1)]
    [InlineData("a: # later", 1)]
    [InlineData("b: 1\na:\n", 2)]
    public void A_key_without_a_value_has_nothing_in_the_line_of_the_key(string text, int line)
    {
        var value = Assert.IsType<YamlMap>(Read(text)).Entries.Single(e => e.Key.Text == "a").Value;

        Assert.True(Assert.IsType<YamlScalar>(value).IsNull);
        Assert.Equal(line, value.Line);
    }

    [Theory]
    [InlineData("a: &x 1\nb: &x 2\nc: *x", "c=2")] // the later anchor of a name counts
    [InlineData("a: &x 1\nb: *x\nc: &x 3", "b=1")] // and only from where it stands
    [InlineData("a: &x\nb: *x", "b=")]
    [InlineData("&x a: 1\nb: *x", "b=a")]
    public void An_alias_is_what_its_name_meant_above_it(string text, string expected) =>
        Assert.Contains(expected, Assert.IsType<YamlMap>(Read(text)).Entries.Select(e => $"{e.Key.Text}={(e.Value as YamlScalar)?.Text}"));

    [Fact]
    public void A_value_that_holds_itself_is_a_problem_where_it_names_itself() =>
        Assert.Equal("f:1:8: The anchor 'x' is not defined above. (Write &x where the value is.)", Assert.Single(ProblemsOf("a: &x [*x]")));

    [Theory]
    [InlineData("a: &a { x: 1 }\nb: { <<: *a, <<: { y: 2 } }", "x=1 y=2")]
    [InlineData("a: &a { x: 1 }\nb: { '<<': *a }", "<<=")] // quoted, it is a key like any other
    [InlineData("b: { <<: { x: 1, y: 2 }, y: 3 }", "y=3 x=1")]
    [InlineData("a: &a { x: 1 }\nc: &c { <<: *a, z: 3 }\nb: { <<: *c }", "z=3 x=1")]
    [InlineData("b: { <<: [] , x: 1 }", "x=1")]
    public void Merged_maps_give_their_keys_once(string text, string expected)
    {
        var merged = Assert.IsType<YamlMap>(Assert.IsType<YamlMap>(Read(text)).Entries.Single(e => e.Key.Text == "b").Value);

        Assert.Equal(expected, string.Join(' ', merged.Entries.Select(e => $"{e.Key.Text}={(e.Value as YamlScalar)?.Text}")));
    }

    [Theory]
    [InlineData("b: { <<: 1 }", "f:1:6: '<<' merges maps, not '1'. (Write <<: *anchor of a map.)")]
    [InlineData("b: { <<: [[1]] }", "f:1:6: '<<' merges maps, not a list. (Write <<: *anchor of a map.)")]
    [InlineData("b: { <<: }", "f:1:6: '<<' merges maps, not nothing. (Write <<: *anchor of a map.)")]
    [InlineData("b: { <<: &x { <<: *x } }", "f:1:19: The anchor 'x' is not defined above. (Write &x where the value is.)")]
    public void What_cannot_be_merged_is_a_problem(string text, string expected) => Assert.Equal(expected, ProblemsOf(text)[^1]);

    [Theory]
    [InlineData(MaxNodes - 1, 0)] // with the list itself
    [InlineData(MaxNodes, 1)]
    public void Values_are_counted_to_the_last_one(int items, int problems) =>
        Assert.Equal(problems, ProblemsOf($"[{string.Concat(Enumerable.Repeat("x,", items))}]").Count);

    // A map and its key, a list of 1,000, and aliases that count as if it were written out.
    [Theory]
    [InlineData(198, 0)]
    [InlineData(199, 1)]
    public void An_alias_counts_as_much_as_what_it_stands_for(int aliases, int problems)
    {
        var text = $"a: &a [{string.Concat(Enumerable.Repeat("x,", 1_000))}]\nb: [{string.Concat(Enumerable.Repeat("*a,", aliases))}]";

        Assert.Equal(problems, ProblemsOf(text).Count);
        Assert.All(ProblemsOf(text), p => Assert.StartsWith("f:2:", p, StringComparison.Ordinal));
    }

    [Fact]
    public void Merged_keys_count_each_time_they_are_merged()
    {
        var keys = string.Concat(Enumerable.Range(0, 1_000).Select(i => $"k{i}: 1, "));
        var text = $"a: &a {{ {keys} }}\n" + string.Concat(Enumerable.Range(0, 70).Select(i => $"m{i}: {{ <<: *a }}\n"));

        Assert.Contains("with all anchors written out", Assert.Single(ProblemsOf(text)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "f:1:1: The file has 1,048,577 characters; at most 1,048,576 are read. (Move scripts into files of their own.)")]
    public void A_text_is_read_up_to_its_last_character(int over, string? problem)
    {
        var text = new string('x', YamlReader.MaxCharacters + over);

        Assert.Equal(problem, ProblemsOf(text).SingleOrDefault());
        Assert.Equal(problem is null, YamlReader.Read(text, new DefinitionProblems("f")) is YamlScalar);
    }

    [Theory]
    [InlineData("a: b: c")]
    [InlineData("a: 'b")]
    [InlineData("\"a")]
    [InlineData("[a, b")]
    [InlineData("a: [\n\n\n")]
    [InlineData("%YAML 9.9\n---\na")]
    [InlineData("a: @b")]
    [InlineData("a:\n  - b\n c: d")]
    [InlineData("a: 1\nb: \0")]
    public void A_broken_text_gives_one_problem_inside_the_file_and_a_hint(string text)
    {
        var problems = new DefinitionProblems("f");

        Assert.Null(YamlReader.Read(text, problems));

        var problem = Assert.Single(problems.ToList());
        Assert.InRange(problem.Line, 1, text.Split('\n').Length);
        Assert.True(problem.Column >= 1, $"{problem}");
        Assert.NotNull(problem.Hint);
    }

    [Theory]
    [InlineData("\0", "f:1:1")]
    [InlineData("a: 1\0\nb: 2", "f:1:5")]
    [InlineData("a: 1\r\nb: \0", "f:2:4")]
    [InlineData("a: 1\n\0", "f:2:1")]
    public void Nothing_is_left_out_behind_a_NUL(string text, string place) =>
        Assert.Equal($"{place}: The file holds a NUL character. (Save it as UTF-8 text.)", Assert.Single(ProblemsOf(text)));

    [Fact]
    public void A_list_of_any_texts_is_read_back_value_by_value() => Gen.String[Gen.Char['a', 'z'], 1, 8].Array[0, 20].Sample(words =>
    {
        var list = (YamlList)Read($"[{string.Join(", ", words.Select(w => $"'{w}'"))}]")!;
        return list.Items.Cast<YamlScalar>().Select(s => s.Text).SequenceEqual(words)
            && list.Items.Zip(list.Items.Skip(1)).All(p => p.First.Column < p.Second.Column && p.First.Line == p.Second.Line);
    });

    private static YamlNode? Read(string text)
    {
        var problems = new DefinitionProblems("f");
        var root = YamlReader.Read(text, problems);
        Assert.Empty(problems.ToList());
        return root;
    }

    private static IReadOnlyList<string> ProblemsOf(string text)
    {
        var problems = new DefinitionProblems("f");
        YamlReader.Read(text, problems);
        return [.. problems.ToList().Select(p => p.ToString())];
    }
}
