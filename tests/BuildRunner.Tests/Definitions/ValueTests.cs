using System.Globalization;
using CsCheck;
using Pipeline.BuildRunner.Definitions;
using Pipeline.Kernel.Yaml;
using static Pipeline.BuildRunner.Tests.Definitions.Reading;

namespace Pipeline.BuildRunner.Tests.Definitions;

/// <summary>The types of docs/definition.md, section Values, at their borders.</summary>
public sealed class ValueTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("90s", 90.0)]
    [InlineData("15m", 900.0)]
    [InlineData("2h", 7200.0)]
    [InlineData("1d", 86_400.0)]
    [InlineData("1h30m", 5400.0)]
    [InlineData("30m1h", 5400.0)]
    [InlineData("1h1h", 7200.0)]
    [InlineData("1d2h3m4s5ms", 93_784.005)]
    [InlineData("1.5h", 5400.0)]
    [InlineData("0h1s", 1.0)]
    [InlineData("1ms", 0.001)]
    [InlineData("0.5ms", null)]
    [InlineData("0.00000000000000000000001ms", null)]
    [InlineData("7d", 604_800.0)]
    [InlineData("168h", 604_800.0)]
    [InlineData("6d23h59m60s", 604_800.0)]
    [InlineData("7d1ms", null)]
    [InlineData("169h", null)]
    [InlineData("0s", null)]
    [InlineData("0d0h", null)]
    [InlineData("99999999999h", null)]
    [InlineData("99999999999999999999999999999d", null)]
    [InlineData("9999999999999999999999999999999999999999d", null)]
    [InlineData("0000000000000000000000000000001s", null)]
    [InlineData("90", null)]
    [InlineData("s", null)]
    [InlineData("", null)]
    [InlineData("-1s", null)]
    [InlineData("+1s", null)]
    [InlineData("1 s", null)]
    [InlineData("1h 30m", null)]
    [InlineData(" 1s", null)]
    [InlineData("1s\n", null)]
    [InlineData("1s ", null)]
    [InlineData("1S", null)]
    [InlineData("1H", null)]
    [InlineData(".5s", null)]
    [InlineData("1.s", null)]
    [InlineData("1,5h", null)]
    [InlineData("1_000s", null)]
    [InlineData("1e3s", null)]
    [InlineData("0x10s", null)]
    [InlineData("1w", null)]
    [InlineData("1us", null)]
    [InlineData("1m30", null)]
    [InlineData("\u0661s", null)]
    public void A_duration_is_a_sum_of_numbers_with_units(string text, double? seconds)
    {
        var read = Values.Duration(text);

        Assert.Equal(seconds is null, read is null);
        Assert.Equal(seconds ?? 0, read ?? 0, 6);
    }

    [Fact]
    public void A_duration_is_the_sum_of_its_parts() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 23], Gen.Int[0, 59], Gen.Int[0, 59]).Sample((d, h, m, s) =>
        {
            var total = new TimeSpan(d, h, m, s).TotalSeconds;
            return Values.Duration($"{d}d{h}h{m}m{s}s") == (total > 0 ? total : null);
        });

    [Theory]
    [InlineData("256MB", "256")]
    [InlineData("256M", "256")]
    [InlineData("256Mi", "256")]
    [InlineData("256MiB", "256")]
    [InlineData("256 MB", "256")]
    [InlineData("1GB", "1024")]
    [InlineData("1GiB", "1024")]
    [InlineData("1.5G", "1536")]
    [InlineData("2T", "2097152")]
    [InlineData("512K", "0.5")]
    [InlineData("512kB", "0.5")]
    [InlineData("1K", "0.001")]
    [InlineData("0.4K", null)]
    [InlineData("0.0001M", null)]
    [InlineData("0.0000000000000001T", null)]
    [InlineData("16T", "16777216")]
    [InlineData("16TiB", "16777216")]
    [InlineData("16384G", "16777216")]
    [InlineData("16385G", null)]
    [InlineData("16777216.0001MB", null)]
    [InlineData("17T", null)]
    [InlineData("9999999999999999999T", null)]
    [InlineData("99999999999999999999T", null)]
    [InlineData("0MB", null)]
    [InlineData("0.0G", null)]
    [InlineData("256", null)]
    [InlineData("256B", null)]
    [InlineData("256m", null)]
    [InlineData("256g", null)]
    [InlineData("1Gx", null)]
    [InlineData("1GiBs", null)]
    [InlineData("1  GB", null)]
    [InlineData("1P", null)]
    [InlineData("-1G", null)]
    [InlineData(".5G", null)]
    [InlineData("1,5G", null)]
    [InlineData("1e3M", null)]
    [InlineData("1G\n", null)]
    [InlineData("G", null)]
    [InlineData("", null)]
    [InlineData("\u0661G", null)]
    public void A_size_is_a_number_with_a_unit_in_powers_of_two(string text, string? mb) =>
        Assert.Equal(mb is null ? null : decimal.Parse(mb, CultureInfo.InvariantCulture), Values.SizeMb(text));

    [Theory]
    [InlineData("1", "1")]
    [InlineData("0.5", "0.5")]
    [InlineData("08", "8")]
    [InlineData("-0", "0")]
    [InlineData("-1.5", "-1.5")]
    [InlineData("999999999999999", "999999999999999")]
    [InlineData("9999999999999999", null)]
    [InlineData("1e9", null)]
    [InlineData("0x10", null)]
    [InlineData("0o7", null)]
    [InlineData("1_000", null)]
    [InlineData("1,000", null)]
    [InlineData(".5", null)]
    [InlineData("5.", null)]
    [InlineData("+1", null)]
    [InlineData("--1", null)]
    [InlineData("- 1", null)]
    [InlineData(".inf", null)]
    [InlineData(".nan", null)]
    [InlineData("1\n", null)]
    [InlineData("", null)]
    [InlineData("\u0661", null)]
    public void A_number_is_an_unquoted_decimal(string text, string? number)
    {
        Assert.Equal(
            number is null ? null : decimal.Parse(number, CultureInfo.InvariantCulture), Values.Number(new YamlScalar(text, true, 1, 1)));
        Assert.Null(Values.Number(new YamlScalar(text, false, 1, 1)));
    }

    // The line of resources, and what is said about the value of cpus.
    [Theory]
    [InlineData("256", null)]
    [InlineData("0.01", null)]
    [InlineData("0.009", "'0.009'.")]
    [InlineData("256.001", "'256.001'.")]
    [InlineData("-0", "'-0'.")]
    [InlineData("1e9", "'1e9'.")]
    [InlineData("0x10", "'0x10'.")]
    [InlineData("1_000", "'1_000'.")]
    [InlineData(".5", "'.5'.")]
    [InlineData("'1'", "'1'. (Write it without quotes.)")]
    [InlineData("\"0.5\"", "'0.5'. (Write it without quotes.)")]
    [InlineData("!!str 1", "'1'. (Write it without quotes.)")]
    [InlineData("'one'", "'one'.")]
    [InlineData("", "nothing.")]
    [InlineData("~", "nothing.")]
    [InlineData("[1]", "a list.")]
    [InlineData("{ a: 1 }", "a map.")]
    public void A_number_out_of_its_range_names_the_range(string value, string? said)
    {
        var problems = Problems($"steps: [{{ run: x }}]\nresources:\n  cpus: {value}\n");

        Assert.Equal(said is null ? [] : [$"'cpus' must be a number from 0.01 to 256, not {said}"], problems.Select(WithoutPlace));
        Assert.All(problems, p => Assert.StartsWith("3:", p, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("ar-SA")]
    public void A_message_is_the_same_in_every_culture(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            Assert.Equal(
                "2:20: 'cpus' must be a number from 0.01 to 256, not '0'.", Problem("steps: [{ run: x }]\nresources: { cpus: 0 }"));
            Assert.Equal(
                "1:16: 'run' must be text of at most 65,536 bytes, not 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'.",
                Problem($"steps: [{{ run: {new string('x', 65_537)} }}]"));
            Assert.Equal(1.5, Values.Duration("1.5s"));
            Assert.Equal(1536, Values.SizeMb("1.5G"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("0", true)]
    [InlineData("A.b_c-9", true)]
    [InlineData("a.", true)]
    [InlineData("a..b", true)]
    [InlineData("null", true)]
    [InlineData("", false)]
    [InlineData(".a", false)]
    [InlineData("..", false)]
    [InlineData("_a", false)]
    [InlineData("-a", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("a:b", false)]
    [InlineData("a\n", false)]
    [InlineData("a\0", false)]
    [InlineData("\u00e9", false)]
    [InlineData("\u0661", false)]
    public void A_name_is_letters_digits_and_three_signs(string text, bool valid) => Assert.Equal(valid, Values.IsName(text));

    [Theory]
    [InlineData("A", true)]
    [InlineData("_", true)]
    [InlineData("a_1", true)]
    [InlineData("PIPELINE", true)]
    [InlineData("", false)]
    [InlineData("1A", false)]
    [InlineData("A-B", false)]
    [InlineData("A.B", false)]
    [InlineData("A=B", false)]
    [InlineData("A B", false)]
    [InlineData("A\n", false)]
    [InlineData("A\0", false)]
    [InlineData("\u00c4", false)]
    public void A_variable_has_a_name_that_a_shell_accepts(string text, bool valid) => Assert.Equal(valid, Values.IsVariable(text));

    [Theory]
    [InlineData(63, true, true)]
    [InlineData(64, false, true)]
    [InlineData(128, false, true)]
    [InlineData(129, false, false)]
    public void Names_have_a_longest_one(int length, bool name, bool variable)
    {
        Assert.Equal(name, Values.IsName(new string('a', length)));
        Assert.Equal(variable, Values.IsVariable(new string('A', length)));
    }

    // As written; what is read, null when it is refused; whether an artifact may be there.
    [Theory]
    [InlineData("a/b", "a/b", true)]
    [InlineData("./a//b/", "a/b", true)]
    [InlineData("a/./b", "a/b", true)]
    [InlineData("a..b/..c", "a..b/..c", true)]
    [InlineData("...", "...", true)]
    [InlineData("08", "08", true)]
    [InlineData("caf\u00e9 x", "caf\u00e9 x", true)]
    [InlineData(".", "", false)]
    [InlineData("./", "", false)]
    [InlineData("././/", "", false)]
    [InlineData("..", null, false)]
    [InlineData("../x", null, false)]
    [InlineData("a/..", null, false)]
    [InlineData("a/../../b", null, false)]
    [InlineData("a/../b", null, false)]
    [InlineData("/", null, false)]
    [InlineData("/abs", null, false)]
    [InlineData("//abs", null, false)]
    [InlineData("a\\b", null, false)]
    [InlineData("..\\x", null, false)]
    [InlineData("C:\\x", null, false)]
    public void A_path_stays_in_the_repository(string written, string? read, bool artifact)
    {
        Assert.Equal(read, Path($"path: '{written}'", m => m.Path));
        Assert.Equal(artifact ? read : null, Path($"artifacts: [{{ name: a, path: '{written}' }}]", m => m.Artifacts[0].Path));
        string? Path(string line, Func<ModuleDefinition, string> of)
        {
            var result = DefinitionParser.Parse("f", "steps: [{ run: x }]\n" + line);
            if (result.Definition is { } definition)
                return of(definition.Modules[0]);
            Assert.Equal(
                $"'path' must lie inside the repository: '{written}' does not. "
                + "(Write it relative, without '..', '\\' and control characters.)",
                WithoutPlace(Problem("steps: [{ run: x }]\n" + line)));
            return null;
        }
    }

    [Theory]
    [InlineData("\\t")]
    [InlineData("\\n")]
    [InlineData("\\e")]
    [InlineData("\\x7f")]
    [InlineData("\\x85")]
    public void A_path_has_no_control_character(string escape) => Assert.StartsWith(
        "2:7: 'path' must lie inside the repository: ", Problem($"steps: [{{ run: x }}]\npath: \"a{escape}b\""), StringComparison.Ordinal);

    [Fact]
    public void A_path_that_is_inside_stays_inside_however_it_is_written() =>
        Gen.OneOf("a", "..", ".", "", "b", "...", "\\").Array[1, 6].Sample(parts =>
        {
            var path = string.Join('/', parts);
            var clean = Values.CleanPath(path);
            var full = System.IO.Path.GetFullPath(System.IO.Path.Combine("/repository", clean));
            return !Values.IsInside(path) || (full == "/repository" || full == $"/repository/{clean}");
        });

    [Theory]
    [InlineData(250, true)]
    [InlineData(251, false)]
    public void A_path_has_at_most_500_bytes(int letters, bool valid) =>
        Assert.Equal(valid, Problems($"steps: [{{ run: x }}]\npath: {new string('\u00e9', letters)}").Count == 0);

    private static string WithoutPlace(string problem) => problem[(problem.IndexOf(": ", StringComparison.Ordinal) + 2)..];
}
