using System.Globalization;
using System.Text.Json;
using CsCheck;
using static Pipeline.BuildRunner.Tests.Definitions.Reading;

namespace Pipeline.BuildRunner.Tests.Definitions;

/// <summary>What a file may hold: characters that cannot be stored, values of the wrong kind, and the forms of YAML.</summary>
public sealed class TextTests
{
    private const string Nul = "The text holds a NUL character, which cannot be stored. (Remove the escape \\0, \\x00 or \\u0000.)";
    private const string Half =
        "The text holds half of a surrogate pair, which is no character. (Write the character itself, or \\U and its 8 hex digits.)";

    // A file with # for the character, and the place of the text that holds it.
    public static TheoryData<string, string> Places => new()
    {
        { "steps: [{ run: \"a#\" }]", "1:16" },
        { "steps: [{ run: x, name: \"a#\" }]", "1:25" },
        { "steps: [{ run: x, env: { A: \"#\" } }]", "1:29" },
        { "steps: [{ run: x, env: { \"A#\": b } }]", "1:26" },
        { "steps: [{ run: x, timeout: \"1s#\" }]", "1:28" },
        { "steps: [{ run: x, \"a#\": y }]", "1:19" },
        { "steps: [{ run: x }]\nenv: { A: \"#b\" }", "2:11" },
        { "steps: [{ run: x }]\nimage: \"a#\"", "2:8" },
        { "steps: [{ run: x }]\npath: \"a#\"", "2:7" },
        { "steps: [{ run: x }]\nresources: { memory: \"1G#\" }", "2:22" },
        { "steps: [{ run: x }]\ndepends_on: [\"a#\"]", "2:14" },
        { "steps: [{ run: x }]\nartifacts: [{ name: \"a#\", path: o }]", "2:21" },
        { "steps: [{ run: x }]\nartifacts: [{ name: a, path: \"o#\" }]", "2:30" },
        { "modules:\n  \"a#\": { steps: [{ run: x }] }", "2:3" },
        { "steps: [{ run: x }]\n\"key#\": y", "2:1" },
        { "steps: [{ run: x }]\n\"x-#\": y", "2:1" },
        { "x-a: &a \"#\"\nsteps: [{ run: *a }]", "1:6" },
        { "\"#\"", "1:1" },
        { "- \"#\"", "1:3" },
        { Head + "deployables: { \"w#\": { artifact: a, run: y } }", "3:16" },
        { Head + "deployables: { w: { artifact: \"a#\", run: y } }", "3:31" },
        { Head + "deployables: { w: { artifact: a, run: \"y#\" } }", "3:39" },
        { Head + "deployables: { w: { artifact: a, run: y, kind: \"job#\" } }", "3:48" },
        { Head + "deployables: { w: { artifact: a, run: y, route: \"/#\" } }", "3:49" },
        { Head + "deployables: { w: { artifact: a, run: y, health: { http: \"/#\" } } }", "3:58" },
        { Head + "deployables: { w: { artifact: a, run: y, stages: { \"q#\": {} } } }", "3:52" },
        { Head + "deployables: { w: { artifact: a, run: y, kind: cron, schedule: \"@daily#\" } }", "3:64" },
        { Head + "deployables: { w: { artifact: a, run: y, kind: cron, schedule: \"@daily\", timezone: \"UTC#\" } }", "3:84" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void A_NUL_is_a_problem_at_its_place_and_in_no_message(string text, string place)
    {
        foreach (var escape in new[] { "\\0", "\\x00", "\\u0000", "\\U00000000" })
        {
            var problems = Problems(text.Replace("#", escape, StringComparison.Ordinal));
            Assert.Contains($"{place}: {Nul}", problems);
            Assert.All(problems, AssertStorable);
        }
    }

    // An escape for one is not YAML; the text of a request to check a definition may hold one as it is.
    [Theory]
    [MemberData(nameof(Places))]
    public void Half_a_character_is_a_problem_at_its_place_and_in_no_message(string text, string place)
    {
        foreach (var half in new[] { "\ud800", "\udc00", "\ud83d\ud83d", "\ude00\ud83d" })
        {
            var problems = Problems(text.Replace("#", half, StringComparison.Ordinal));
            Assert.Contains($"{place}: {Half}", problems);
            Assert.All(problems, AssertStorable);
        }
    }

    [Theory]
    [InlineData("steps: [{ run: x }]\n\"a\\0\": 1\n\"a\\0\": 2")]
    [InlineData("steps: [{ run: x }]\n<<: \"a\\0\"")]
    [InlineData("steps: [{ run: x }]\na: *\ud800")]
    public void A_message_about_the_form_of_the_file_can_be_stored_too(string text) =>
        Assert.All(Problems(text), AssertStorable);

    [Fact]
    public void A_character_outside_the_basic_plane_is_text_like_any_other()
    {
        Assert.Equal("\ud83d\ude00", Module("env: { A: \ud83d\ude00 }").Env["A"]);
        Assert.Equal("\ud83d\ude00", Module("env: { A: \"\\U0001F600\" }").Env["A"]);
        Assert.Equal("a\ud83d\ude00", Definition("steps: [{ run: x, name: a\ud83d\ude00 }]").Modules[0].Steps[0].Name);
    }

    [Fact]
    public void A_message_never_quotes_half_a_character()
    {
        for (var before = 36; before <= 62; before++)
        {
            var name = new string('a', before) + "\ud83d\ude00" + new string('b', 30);
            string[] texts = [$"{name}: 1\nsteps: [{{ run: x }}]", $"steps: [{{ run: x }}]\ntimeout: {name}", $"modules: {{ {name}: 1 }}"];
            foreach (var text in texts)
            {
                var problem = Problems(text)[0];
                AssertStorable(problem);
                Assert.DoesNotContain('\ufffd', problem);
            }
        }
    }

    [Fact]
    public void Whatever_the_text_every_problem_can_be_stored() =>
        Gen.OneOf("a", "\0", "\\0", "\ud800", "\udc00", "\ud83d\ude00", ": ", "\n", "\"", "{", "}", "[", "]", ", ", "steps", "run", "- ")
            .Array[0, 40].Sample(parts => Assert.All(Problems(string.Concat(parts)), AssertStorable));

    // A value, and what is said of it where text is wanted.
    [Theory]
    [InlineData("[a]", "'{0}' must be text, not a list.")]
    [InlineData("[]", "'{0}' must be text, not a list.")]
    [InlineData("{ a: b }", "'{0}' must be text, not a map.")]
    [InlineData("~", "'{0}' must be text, not nothing.")]
    [InlineData("null", "'{0}' must be text, not nothing.")]
    [InlineData("''", "'{0}' must not be empty.")]
    [InlineData("' \t '", "'{0}' must not be empty.")]
    [InlineData("\"\\n\"", "'{0}' must not be empty.")]
    public void Where_text_is_wanted_nothing_else_will_do(string value, string message)
    {
        AssertSaid("run", $"steps:\n  - run: {value}", "2:10");
        AssertSaid("name", $"steps:\n  - run: x\n    name: {value}", "3:11");
        AssertSaid("image", $"steps: [{{ run: x }}]\nimage: {value}", "2:8");
        AssertSaid("path", $"steps: [{{ run: x }}]\npath: {value}", "2:7");
        AssertSaid("name", $"steps: [{{ run: x }}]\nartifacts: [{{ path: x, name: {value} }}]", "2:30");
        AssertSaid("path", $"steps: [{{ run: x }}]\nartifacts: [{{ name: x, path: {value} }}]", "2:30");
        AssertSaid("kind", DeployableText($"kind: {value}"), "5:11");
        AssertSaid("route", DeployableText($"route: {value}"), "5:12");
        AssertSaid("http", DeployableText($"health: {{ http: {value} }}"), "5:21");
        AssertSaid("timezone", DeployableText($"kind: cron; schedule: '@daily'; timezone: {value}"), "7:15");
        AssertSaid("overlap", DeployableText($"kind: cron; schedule: '@daily'; overlap: {value}"), "7:14");
        void AssertSaid(string key, string text, string place) =>
            Assert.Equal($"{place}: {string.Format(CultureInfo.InvariantCulture, message, key)}", Problem(text));
    }

    // A key, a value of a wrong kind, and what is said.
    [Theory]
    [InlineData("steps: x", "1:8: 'steps' must be a list, not 'x'. (Begin each item with '- '.)")]
    [InlineData("steps: { run: x }", "1:8: 'steps' must be a list, not a map. (Begin each item with '- '.)")]
    [InlineData("steps: [x]", "1:9: A step must be a map, not 'x'. (Write - { name: test, run: ./test.sh })")]
    [InlineData("steps: [[x]]", "1:9: A step must be a map, not a list. (Write - { name: test, run: ./test.sh })")]
    [InlineData("steps: [{ run: x }]\nartifacts: a", "2:12: 'artifacts' must be a list, not 'a'. (Begin each item with '- '.)")]
    [InlineData("steps: [{ run: x }]\nartifacts: [a]",
        "2:13: An artifact must be a map, not 'a'. (Write - { name: app, path: out/app })")]
    [InlineData("steps: [{ run: x }]\nenv: [A]", "2:6: 'env' must be a map, not a list.")]
    [InlineData("steps: [{ run: x }]\nenv: { A: [b] }", "2:11: The value of 'A' must be text, not a list.")]
    [InlineData("steps: [{ run: x }]\nenv: { A: { b: c } }", "2:11: The value of 'A' must be text, not a map.")]
    [InlineData("steps: [{ run: x }]\nresources: 1", "2:12: 'resources' must be a map, not '1'.")]
    [InlineData("steps: [{ run: x }]\ndepends_on: { a: b }", "2:13: 'depends_on' must be a list, not a map. (Begin each item with '- '.)")]
    [InlineData("steps: [{ run: x }]\ndepends_on: [[a]]", "2:14: 'depends_on' lists names of modules, not a list.")]
    [InlineData("steps: [{ run: x }]\ndepends_on: [~]", "2:14: 'depends_on' lists names of modules, not nothing.")]
    [InlineData("modules: [a]", "1:10: 'modules' must be a map, not a list.")]
    [InlineData("modules:", "1:9: 'modules' must be a map, not nothing.")]
    [InlineData("modules: { a: [b] }", "1:15: The module 'a' must be a map, not a list.")]
    [InlineData(Head + "deployables: [a]", "3:14: 'deployables' must be a map, not a list.")]
    [InlineData(Head + "deployables: { w: x }", "3:19: The deployable 'w' must be a map, not 'x'.")]
    public void A_value_of_the_wrong_kind_is_named(string text, string problem) => Assert.Equal([problem], Problems(text));

    // As written after the name of the variable, and what a step finds in it.
    [Theory]
    [InlineData("yes", "yes")]
    [InlineData("no", "no")]
    [InlineData("NO", "NO")]
    [InlineData("on", "on")]
    [InlineData("off", "off")]
    [InlineData("true", "true")]
    [InlineData("False", "False")]
    [InlineData("08", "08")]
    [InlineData("0x10", "0x10")]
    [InlineData("1e9", "1e9")]
    [InlineData("1_000", "1_000")]
    [InlineData("1.10", "1.10")]
    [InlineData("12:30:45", "12:30:45")]
    [InlineData("2026-01-02", "2026-01-02")]
    [InlineData(".inf", ".inf")]
    [InlineData("", "")]
    [InlineData("~", "")]
    [InlineData("null", "")]
    [InlineData("''", "")]
    [InlineData("'null'", "null")]
    [InlineData("'~'", "~")]
    [InlineData("nULL", "nULL")]
    [InlineData("!!str null", "null")]
    [InlineData("!!int 5", "5")]
    [InlineData("\" a \"", " a ")]
    [InlineData("\"a\\tb\\n\"", "a\tb\n")]
    [InlineData("'it''s'", "it's")]
    [InlineData("|\n    a\n    b\n", "a\nb\n")]
    [InlineData(">-\n    a\n    b\n", "a b")]
    public void A_variable_has_the_text_that_is_written(string written, string text) =>
        Assert.Equal(text, Module($"env:\n  A: {written}\n").Env["A"]);

    [Theory]
    [InlineData("1A", "cannot name an environment variable. (Use up to 128 letters, digits and '_'; do not begin with a digit.)")]
    [InlineData("A-B", "cannot name an environment variable. (Use up to 128 letters, digits and '_'; do not begin with a digit.)")]
    [InlineData("", "cannot name an environment variable. (Use up to 128 letters, digits and '_'; do not begin with a digit.)")]
    [InlineData("x-a", "cannot name an environment variable. (Use up to 128 letters, digits and '_'; do not begin with a digit.)")]
    public void A_variable_without_a_proper_name_is_refused(string name, string said)
    {
        Assert.Equal($"2:8: '{name}' {said}", Problem($"steps: [{{ run: x }}]\nenv: {{ '{name}': b }}"));
        Assert.Equal($"1:26: '{name}' {said}", Problem($"steps: [{{ run: x, env: {{ '{name}': b }} }}]"));
        Assert.Equal($"5:12: '{name}' {said}", Problem(DeployableText($"env: {{ '{name}': b }}")));
    }

    [Theory]
    [InlineData("PIPELINE_TOKEN", false)]
    [InlineData("PIPELINE_", false)]
    [InlineData("PIPELINE", true)]
    [InlineData("pipeline_x", true)]
    public void Names_of_the_server_are_refused(string name, bool valid) => Assert.Equal(
        valid ? [] : [$"2:8: '{name}': names that start with PIPELINE_ are set by the server. (Choose another name.)"],
        Problems($"steps: [{{ run: x }}]\nenv: {{ {name}: b }}"));

    [Theory]
    [InlineData("\uFEFFsteps: [{ run: x }]")]
    [InlineData("steps:\r\n  - run: x\r\n")]
    [InlineData("---\nsteps: [{ run: x }]\n...\n")]
    [InlineData("%YAML 1.2\n---\nsteps: [{ run: x }]")]
    [InlineData("# comment\n\nsteps: # another\n  - run: x # and one\n\n\n")]
    [InlineData("{\"steps\": [{\"run\": \"x\"}]}")]
    [InlineData("x-run: &run x\nsteps: [{ run: *run }]")]
    [InlineData("x-step: &step { run: x }\nsteps: [*step]")]
    [InlineData("x-step: &step { run: x, name: y }\nsteps: [{ <<: *step, name: step-1 }]")]
    [InlineData("x-a: &a { run: x }\nx-b: &b { run: y }\nsteps: [{ <<: [*a, *b] }]")]
    [InlineData("x-file: &file { steps: [{ run: x }] }\n<<: *file")]
    [InlineData("\"steps\": [{ 'run': x }]")]
    public void A_file_may_be_written_in_any_form_of_YAML(string text)
    {
        var step = Assert.Single(Assert.Single(Definition(text).Modules).Steps);
        Assert.Equal(("step-1", "x"), (step.Name, step.Run));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("\n\r\n")]
    [InlineData("# only\n# comments\n")]
    [InlineData("---\n")]
    [InlineData("~")]
    [InlineData("null\n")]
    public void A_file_with_nothing_in_it_is_empty(string text) => Assert.Equal(
        ["1:1: The file is empty. (Write at least: steps: [{ name: test, run: ./test.sh }])"], Problems(text));

    [Theory]
    [InlineData("x", "1:1: The file must be a map with 'modules' or 'steps', not 'x'.")]
    [InlineData("- x", "1:1: The file must be a map with 'modules' or 'steps', not a list.")]
    [InlineData("{}",
        "1:1: Neither 'modules' nor 'steps' is there: nothing says what to build. "
        + "(Write at least: steps: [{ name: test, run: ./test.sh }])")]
    [InlineData("steps: []\nsteps: [{ run: x }]", "2:1: The key 'steps' is there twice. (It is first written in line 1; keep one.)")]
    [InlineData("steps: [{ run: x }]\nenv: { A: 1, A: 2 }", "2:14: The key 'A' is there twice. (It is first written in line 2; keep one.)")]
    [InlineData("steps: [{ run: x }]\n---\nsteps: []", "2:1: The file holds more than one YAML document. (Remove the line '---'.)")]
    [InlineData("steps: [{ run: *x }]", "1:16: The anchor 'x' is not defined above. (Write &x where the value is.)")]
    [InlineData("steps: [{ run: x }]\n<<: x", "2:1: '<<' merges maps, not 'x'. (Write <<: *anchor of a map.)")]
    [InlineData("steps: [{ run: x }]\n[a]: b", "2:1: A key must be a text, not a list.")]
    [InlineData("steps: [{ run: x }]\n\0", "2:1: The file holds a NUL character. (Save it as UTF-8 text.)")]
    public void A_file_that_cannot_be_read_says_where(string text, string problem) => Assert.Contains(problem, Problems(text));

    [Fact]
    public void An_escape_for_half_a_character_is_not_YAML() => Assert.StartsWith(
        "1:16: This is not YAML: While scanning a quoted scalar", Problem("steps: [{ run: \"a\\ud800\" }]"), StringComparison.Ordinal);

    // As JSON: the message itself would break the report of the test.
    private static void AssertStorable(string text) =>
        Assert.True(IsWhole(text) && !text.Contains('\0', StringComparison.Ordinal), JsonSerializer.Serialize(text));

    private static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return false;
        }

        return true;
    }
}
