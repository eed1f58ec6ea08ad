using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests;

public sealed class CommandPermissionTests
{
    private static readonly Dictionary<string, string> Reviewed = new()
    {
        ["CommitCommands.EnsureAsync"] = Permission.Build,
        ["DeliveryCommands.RetryAsync"] = Permission.Build,
        ["RepositoryCommands.AddAsync"] = Permission.Administer,
        ["StatusCommands.ReportAsync"] = Permission.Build,
    };

    [Fact]
    public async Task Every_command_asks_for_its_permission_and_for_no_other_before_it_writes()
    {
        await using var host = await GitHost.StartAsync();

        Assert.Empty(await CommandPermissions.FindingsAsync(typeof(GitWebhooksModule).Assembly, host.Services, Reviewed));
    }
}
