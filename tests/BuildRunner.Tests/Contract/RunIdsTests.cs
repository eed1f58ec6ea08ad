using CsCheck;
using Pipeline.BuildRunner.Contract;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Tests.Contract;

public sealed class RunIdsTests
{
    private const string Id = "018f00000000700080000000000000ab";

    [Fact]
    public void A_run_is_named_by_its_module_build_and_read_back()
    {
        Assert.Equal($"build.{Id}", RunIds.Of(new ModuleBuildId(Guid.Parse(Id))));
        Gen.Guid.Sample(id => RunIds.Parse(RunIds.Of(new ModuleBuildId(id))) == new ModuleBuildId(id));
    }

    // What is no run of a module build: a deploy, another spelling of an id, something longer or shorter.
    [Theory]
    [InlineData("")]
    [InlineData("build.")]
    [InlineData(Id)]
    [InlineData($"Build.{Id}")]
    [InlineData($"deploy.{Id}")]
    [InlineData($"build.{Id}.1")]
    [InlineData($"build.{Id}0")]
    [InlineData($"build. {Id}")]
    [InlineData($"build.{Id} ")]
    [InlineData($"build.{Id}\n")]
    [InlineData("build.018F00000000700080000000000000AB")]
    [InlineData("build.018f0000-0000-7000-8000-0000000000ab")]
    [InlineData("build.018f000000007000800000000000000")]
    [InlineData("build.zzzf00000000700080000000000000ab")]
    [InlineData("build.owner.repository.module")]
    public void Another_run_is_no_module_build(string runId) => Assert.Null(RunIds.Parse(runId));

    [Fact]
    public void Only_one_text_is_the_run_of_a_module_build() => Gen.Select(Gen.Guid, Gen.Int[0, 37], Gen.Char).Sample((id, at, c) =>
    {
        var text = RunIds.Of(new ModuleBuildId(id));
        var other = string.Concat(text.AsSpan(0, at), c.ToString(), text.AsSpan(at + 1));
        return RunIds.Parse(other) is not { } parsed || RunIds.Of(parsed) == other;
    });

    [Theory]
    [InlineData($"build.{Id}.0.1", 1)]
    [InlineData($"build.{Id}.0.27", 27)]
    [InlineData($"build.{Id}.0.2147483647", int.MaxValue)]
    [InlineData($"build.{Id}.0.2147483648", 0)]
    [InlineData($"build.{Id}.0.-3", 0)]
    [InlineData($"build.{Id}.0.+3", 0)]
    [InlineData($"build.{Id}.0. 3", 0)]
    [InlineData($"build.{Id}.0.3 ", 0)]
    [InlineData($"build.{Id}.0.", 0)]
    [InlineData($"build.{Id}.0.a", 0)]
    [InlineData($"build.{Id}.0.\u0663", 0)]
    [InlineData("", 0)]
    [InlineData("7", 7)]
    public void An_attempt_is_the_number_at_the_end(string taskId, int attempt) => Assert.Equal(attempt, RunIds.AttemptOf(taskId));

    [Theory]
    [InlineData("owner", "name", "api", "build.owner.name.api")]
    [InlineData("Own-er", "a.b_c", "A.1", "build.Own-er.a.b_c.A.1")]
    [InlineData("o/w", "n m", "\u00e9\0", "build.o-w.n-m.--")]
    [InlineData("\ud83d\ude00", "", "\u0661", "build.--..-")]
    public void A_request_is_named_in_characters_that_Mesos_takes(string owner, string repository, string module, string request) =>
        Assert.Equal(request, RunIds.RequestOf(owner, repository, module));

    [Fact]
    public void No_name_makes_a_request_with_other_characters() => Gen.Select(Gen.String, Gen.String, Gen.String).Sample((o, r, m) =>
        RunIds.RequestOf(o, r, m).All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
        && RunIds.RequestOf(o, r, m).Length == "build...".Length + o.Length + r.Length + m.Length);
}
