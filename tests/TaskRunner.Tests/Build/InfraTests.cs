using Pipeline.TaskRunner.Contract;

namespace Pipeline.TaskRunner.Tests.Build;

/// <summary>What is the fault of the agent, its disk or the server ends with 75, which the scheduler tries again elsewhere, and with a
/// result that says whose fault it was.</summary>
public sealed class InfraTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> None = [];
    private FakeServer server = null!;

    public async ValueTask InitializeAsync() => server = await FakeServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("the source does not fit", 3_000_000, "true")]
    [InlineData("the log does not fit", 10, "head -c 3000000 /dev/zero | tr '\\0' x")]
    [InlineData("a step fills the disk", 10, "head -c 3000000 /dev/zero > big")]
    [InlineData("the packed artifact does not fit", 10, "mkdir out; head -c 700000 /dev/urandom > out/a; rm -f step-*")]
    public async Task A_full_disk_of_the_agent_is_infra(string story, int sourceBytes, string run)
    {
        Offer(sourceBytes, run);
        await using var runner = RunnerProcess.StartOnDisk(server.Url, "1m");

        Assert.Equal(75, await runner.ExitAsync());

        Assert.True(server.Result!.Class == "infra", $"{story}: {server.Result}");
        Assert.Contains("disk", server.Result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_fails_on_a_disk_with_room_is_the_steps_own_fault()
    {
        Offer(10, "echo 'No space left on device'; exit 1");
        await using var runner = RunnerProcess.StartOnDisk(server.Url, "1m");

        Assert.Equal(1, await runner.ExitAsync());
        Assert.Equal("app", server.Result!.Class);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_source_that_the_server_does_not_give_is_infra_and_says_so(int status)
    {
        Offer(10, "true");
        server.Refuse = path => path is ["source"] ? status : null;
        await using var runner = RunnerProcess.Start(server.Url);

        Assert.Equal(75, await runner.ExitAsync());

        Assert.Equal("infra", server.Result!.Class);
        Assert.Contains($"({status})", server.Result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_artifact_that_the_server_does_not_take_is_infra_and_says_so()
    {
        Offer(10, "mkdir out; echo 1 > out/a");
        server.Refuse = path => path is ["artifacts", _] ? 413 : null;
        await using var runner = RunnerProcess.Start(server.Url);

        Assert.Equal(75, await runner.ExitAsync());
        Assert.Equal("infra", server.Result!.Class);
    }

    private void Offer(int sourceBytes, string run)
    {
        server.Source = Tars.Of(("input", new string('x', sourceBytes)));
        server.Spec = new BuildSpec(
            "", Tars.DigestOf(server.Source), [new StepSpec("s", run, 60, None)], [new("a", "out")], None, []);
    }
}
