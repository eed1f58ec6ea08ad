using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.ArtifactStore.Tests;

public sealed class CommandPermissionTests
{
    private static readonly Dictionary<string, string> Reviewed = new()
    {
        ["ArtifactCommands.PutAsync"] = Permission.Build,
        ["ArtifactCommands.RecordAsync"] = Permission.Build,
        ["AttestationCommands.SignApprovalAsync"] = Permission.Approve,
        ["AttestationCommands.SignPromotionAsync"] = Permission.Promote,
        ["ReleaseCommands.CreateAsync"] = Permission.Build,
        ["ReleaseCommands.HoldAsync"] = Permission.Hold,
        ["ReleaseCommands.UnholdAsync"] = Permission.Hold,
    };

    [Fact]
    public async Task Every_command_asks_for_its_permission_and_for_no_other_before_it_writes()
    {
        await using var host = await Store.StartAsync();

        Assert.Empty(await CommandPermissions.FindingsAsync(typeof(ArtifactStoreModule).Assembly, host.Services, Reviewed));
    }
}
