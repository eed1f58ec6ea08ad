using CsCheck;
using Pipeline.Kernel.Yaml;

namespace Pipeline.Kernel.Tests.Yaml;

public sealed class YamlReaderTests
{
    [Fact]
    public void Values_have_their_kind_and_their_place()
    {
        var map = Assert.IsType<YamlMap>(Read("a: one\nb:\n  - 'two'\n  - { c: 3 }\n"));

        Assert.Equal((1, 1), (map.Line, map.Column));
        Assert.Equal([("a", 1, 1), ("b", 2, 1)], map.Entries.Select(e => (e.Key.Text, e.Key.Line, e.Key.Column)));
        Assert.Equal(new YamlScalar("one", true, 1, 4), map.Entries[0].Value);
        var list = Assert.IsType<YamlList>(map.Entries[1].Value);
        Assert.Equal((3, 3), (list.Line, list.Column));
        Assert.Equal(new YamlScalar("two", false, 3, 5), list.Items[0]);
        Assert.Equal(new YamlScalar("3", true, 4, 10), Assert.IsType<YamlMap>(list.Items[1]).Entries.Single().Value);
    }

    [Theory]
    [InlineData("~", true, "nothing")]
    [InlineData("null", true, "nothing")]
    [InlineData("Null", true, "nothing")]
    [InlineData("NULL", true, "nothing")]
    [InlineData("'~'", false, "'~'")]
    [InlineData("'null'", false, "'null'")]
    [InlineData("nil", false, "'nil'")]
    [InlineData("0", false, "'0'")]
    public void Only_an_unquoted_word_for_nothing_is_nothing(string text, bool isNull, string kind)
    {
        var scalar = Assert.IsType<YamlScalar>(Assert.IsType<YamlList>(Read($"[{text}]")).Items[0]);

        Assert.Equal((isNull, kind), (scalar.IsNull, scalar.Kind));
    }

    [Fact]
    public void A_message_names_a_long_text_by_its_beginning_and_in_one_line()
    {
        Assert.Equal($"'{new string('x', 40)}…'", new YamlScalar(new string('x', 41), true, 1, 1).Kind);
        Assert.Equal($"'{new string('x', 40)}'", new YamlScalar(new string('x', 40), true, 1, 1).Kind);
        Assert.Equal("'a b'", new YamlScalar("a\nb", true, 1, 1).Kind);
        Assert.Equal(("a list", "a map"), (new YamlList([], 1, 1).Kind, YamlMap.Absent.Kind));
    }

    [Fact]
    public void An_alias_is_the_value_that_its_anchor_names()
    {
        var map = Assert.IsType<YamlMap>(Read("a: &x [1, 2]\nb: *x\n"));

        Assert.Same(map.Entries[0].Value, map.Entries[1].Value);
    }

    [Fact]
    public void What_is_written_outranks_what_is_merged_and_the_first_merged_map_the_later_ones()
    {
        var root = Assert.IsType<YamlMap>(Read("a: &a { x: 1, y: 1 }\nb: &b { y: 2, z: 2 }\nc: { <<: [*a, *b], x: 3 }\n"));

        var merged = Assert.IsType<YamlMap>(root.Entries[2].Value);
        Assert.Equal(
            ["x=3", "y=1", "z=2"], merged.Entries.Select(e => $"{e.Key.Text}={((YamlScalar)e.Value).Text}").Order());
    }

    // The text, and the whole problem.
    [Theory]
    [InlineData("a: 1\nb: 2\na: 3", "f:3:1: The key 'a' is there twice. (It is first written in line 1; keep one.)")]
    [InlineData("a: *x", "f:1:4: The anchor 'x' is not defined above. (Write &x where the value is.)")]
    [InlineData("a: { <<: [1] }", "f:1:6: '<<' merges maps, not '1'. (Write <<: *anchor of a map.)")]
    [InlineData("[a]: b", "f:1:1: A key must be a text, not a list.")]
    [InlineData("{a: b}: c", "f:1:1: A key must be a text, not a map.")]
    [InlineData("a: b\n---\nc: d", "f:2:1: The file holds more than one YAML document. (Remove the line '---'.)")]
    public void A_problem_has_its_place_and_a_hint(string text, string expected) =>
        Assert.Equal(expected, Assert.Single(ProblemsOf(text)).ToString());

    [Theory]
    [InlineData("a:\n\t- b", 2, 1)]
    [InlineData("a:\n  b: 1\n  \tc: 2", 3, 3)]
    [InlineData("a: [1", 1, 1)]
    [InlineData("a: 'b", 1, 4)]
    public void What_is_not_YAML_is_a_problem_in_the_file(string text, int line, int column)
    {
        var problem = Assert.Single(ProblemsOf(text));

        Assert.StartsWith("This is not YAML: ", problem.Message, StringComparison.Ordinal);
        Assert.True(problem.Line == line && problem.Column >= column, $"{problem}");
        Assert.DoesNotContain("Lin:", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# only a comment\n")]
    public void An_empty_text_is_nothing_and_no_problem(string text)
    {
        var problems = new DefinitionProblems("f");

        Assert.Null(YamlReader.Read(text, problems));
        Assert.False(problems.Any);
    }

    [Fact]
    public void A_text_is_bounded_in_length_depth_and_expansion()
    {
        Assert.Contains(
            "characters; at most", Assert.Single(ProblemsOf(new string('x', YamlReader.MaxCharacters + 1))).Message,
            StringComparison.Ordinal);
        Assert.Null(YamlReader.Read(new string('[', 42) + new string(']', 42), new DefinitionProblems("f")));
        Assert.NotNull(YamlReader.Read(new string('[', 41) + new string(']', 41), new DefinitionProblems("f")));
        Assert.StartsWith("Nested deeper than 40", Assert.Single(ProblemsOf(new string('[', 100))).Message, StringComparison.Ordinal);
        var bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            + string.Concat("bcdefg".Select((c, i) => $"{c}: &{c} [{string.Join(", ", Enumerable.Repeat($"*{(char)(c - 1)}", 10))}]\n"));
        Assert.Contains("with all anchors written out", Assert.Single(ProblemsOf(bomb)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_whatsoever_throws() => Gen.String.Sample(
        text =>
        {
            var problems = new DefinitionProblems("f");
            YamlReader.Read(text, problems);
            return problems.ToList().All(p => p.Line >= 1 && p.Column >= 1);
        },
        iter: 2_000);

    private static YamlNode? Read(string text)
    {
        var problems = new DefinitionProblems("f");
        var root = YamlReader.Read(text, problems);
        Assert.Empty(problems.ToList());
        return root;
    }

    private static IReadOnlyList<DefinitionProblem> ProblemsOf(string text)
    {
        var problems = new DefinitionProblems("f");
        YamlReader.Read(text, problems);
        return problems.ToList();
    }
}
