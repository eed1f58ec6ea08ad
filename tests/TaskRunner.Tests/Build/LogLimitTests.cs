using Pipeline.TaskRunner.Build;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.TaskRunner.Tests.Build;

/// <summary>A step that prints without end keeps running, and its log ends with one sentence.</summary>
public sealed class LogLimitTests : IAsyncLifetime
{
    private const long Step = 128 * 1024;
    private static readonly Dictionary<string, string> None = [];
    private FakeServer server = null!;

    public async ValueTask InitializeAsync() => server = await FakeServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("{ yes || true; } | head -c 3000000; echo done > made; test -s made", 0, "")]
    [InlineData("{ yes || true; } | head -c 3000000; exit 3", 1, "pipeline: exit 3\n")]
    public async Task A_log_that_meets_its_limit_ends_with_the_sentence_and_the_step_goes_on(string run, int exitCode, string last)
    {
        await using var runner = Build(new BuildLimits(Step, 1 << 30), run);

        Assert.Equal(exitCode, await runner.ExitAsync());

        var log = server.Log(0);
        Assert.EndsWith(
            "\npipeline: the log of this step has met its limit of 128 kB (BuildRunner:StepLogBytes); the rest was not kept\n" + last, log,
            StringComparison.Ordinal);
        Assert.Single(log.Split('\n'), l => l.Contains("has met its limit", StringComparison.Ordinal));
        Assert.InRange(log.Length, Step - 10_000, Step);
        Assert.Equal(exitCode == 0 ? "succeeded" : "failed", server.Result!.Outcome);
    }

    [Fact]
    public async Task All_steps_share_the_limit_of_their_module_and_each_can_still_say_why_it_failed()
    {
        await using var runner = Build(
            new BuildLimits(Step, Step + (40 * 1024)), "{ yes one || true; } | head -c 1000000",
            "{ yes two || true; } | head -c 1000000",
            "{ yes three || true; } | head -c 1000000; exit 4");

        Assert.Equal(1, await runner.ExitAsync());

        const string sentence = "pipeline: the logs of this module have met their limit of 168 kB (BuildRunner:ModuleLogBytes); "
            + "the rest was not kept\n";
        Assert.EndsWith(sentence, server.Log(1), StringComparison.Ordinal);
        Assert.EndsWith(sentence + "pipeline: exit 4\n", server.Log(2), StringComparison.Ordinal);
        Assert.InRange(server.Log(2).Length, 1, BuildLimits.LeastLog);
        Assert.InRange(server.Log(0).Length + server.Log(1).Length, 1, Step + (40 * 1024));
    }

    [Fact]
    public async Task A_log_below_its_limit_is_whole()
    {
        await using var runner = Build(new BuildLimits(Step, 1 << 30), "{ yes || true; } | head -c 100000");

        Assert.Equal(0, await runner.ExitAsync());

        Assert.Equal("+ { yes || true; } | head -c 100000\n".Length + 100_000, server.Log(0).Length);
    }

    [Fact]
    public async Task A_secret_that_lies_across_the_limit_is_masked_all_the_same()
    {
        await using var runner = Build(new BuildLimits(64 * 1024, 1 << 30), "{ yes hunter2hunter2 || true; } | head -c 300000");

        Assert.Equal(0, await runner.ExitAsync());

        Assert.DoesNotContain("hunter", server.Log(0)[(server.Log(0).IndexOf('\n') + 1)..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 100_000)]
    [InlineData(150_000, 50_000)]
    [InlineData(199_999, BuildLimits.LeastLog)]
    [InlineData(10_000_000, BuildLimits.LeastLog)]
    public void What_is_left_of_the_modules_limit_is_the_limit_of_the_next_step(long others, long bytes) =>
        Assert.Equal(bytes, LogLimit.Of(new BuildLimits(100_000, 200_000), others).Bytes);

    [Fact]
    public void A_server_that_sets_no_limit_gets_it_all() => Assert.Equal(long.MaxValue, LogLimit.Of(null, 5).OutputBytes);

    private RunnerProcess Build(BuildLimits limits, params string[] runs)
    {
        server.Source = Tars.Of(("input.txt", "hello\n"));
        server.Spec = new BuildSpec(
            "", Tars.DigestOf(server.Source), [.. runs.Select((run, i) => new StepSpec($"s{i}", run, 60, None))], [], None,
            ["hunter2hunter2"])
        { Limits = limits };
        return RunnerProcess.Start(server.Url);
    }
}
