using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests;

public sealed class CommandPermissionTests
{
    private static readonly Dictionary<string, string> Reviewed = new()
    {
        ["BuildCommands.CancelAsync"] = Permission.Build,
        ["BuildCommands.RetryAsync"] = Permission.Build,
        ["BuildCommands.StartAsync"] = Permission.Build,
    };

    [Fact]
    public async Task Every_command_requires_its_permission_and_no_other_and_writes_nothing_without_it()
    {
        await using var host = await BuildHost.StartAsync();
        await host.PushAsync("steps: [{ run: x }]");

        Assert.Empty(await CommandPermissions.FindingsAsync(
            typeof(BuildRunnerModule).Assembly, host.Services, Reviewed, host.Database));
    }
}
