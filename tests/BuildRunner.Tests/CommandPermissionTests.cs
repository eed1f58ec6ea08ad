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
    public async Task Every_command_asks_for_its_permission_and_for_no_other_before_it_writes()
    {
        await using var host = await BuildHost.StartAsync();

        Assert.Empty(await CommandPermissions.FindingsAsync(typeof(BuildRunnerModule).Assembly, host.Services, Reviewed));
    }
}
