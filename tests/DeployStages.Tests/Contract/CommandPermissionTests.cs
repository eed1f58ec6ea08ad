using System.Reflection;
using Pipeline.DeployStages.Contract.Commands;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Contract;

/// <summary>
/// Every command checks the caller's permission itself, first of all. The table is reviewed: a command that is not in it fails, and so
/// does one that needs less than the table says.
/// </summary>
public sealed class CommandPermissionTests
{
    private const string Policy = """
        stages:
          - { name: qa, cluster: qa, bake: 1s }
          - name: production
            cluster: production
            gates: { approval: { groups: { release-managers: 1 } } }
        """;

    private static readonly Dictionary<string, string> Needed = new()
    {
        ["PromotionCommands.ApproveAsync"] = Permission.Approve,
        ["PromotionCommands.PromoteAsync"] = Permission.Promote,
        ["PromotionCommands.RejectAsync"] = Permission.Approve,
        ["PromotionCommands.RollbackAsync"] = Permission.Promote,
    };

    private static readonly IReadOnlyList<MethodInfo> Commands =
    [
        .. typeof(PromotionCommands).Assembly.GetExportedTypes()
            .Where(t => t.Name.EndsWith("Commands", StringComparison.Ordinal))
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)),
    ];

    public static TheoryData<string> Names => [.. Needed.Keys];

    [Fact]
    public void Every_command_is_in_the_table_and_takes_the_caller_first()
    {
        Assert.Equal(Needed.Keys.Order(), Commands.Select(NameOf).Order());
        Assert.All(Commands, c => Assert.Equal(typeof(Caller), c.GetParameters()[0].ParameterType));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_caller_with_every_permission_but_the_needed_one_is_refused_and_nothing_is_written(string command)
    {
        await using var stages = await Stages.StartAsync(Policy);
        var arguments = await ArgumentsAsync(stages);
        var before = await WrittenAsync(stages);

        foreach (var caller in new[] { Callers.Without(Needed[command]), Caller.Anonymous })
        {
            var refused = await Assert.ThrowsAsync<PermissionDeniedException>(() => InvokeAsync(stages, command, caller, arguments));
            Assert.Equal(Needed[command], refused.Permission);
        }

        Assert.Equal(before, await WrittenAsync(stages));
        Assert.Equal(0, stages.JobsWaiting);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_caller_with_only_the_needed_permission_is_heard(string command)
    {
        await using var stages = await Stages.StartAsync(Policy);
        var arguments = await ArgumentsAsync(stages);

        var outcome = await InvokeAsync(stages, command, Callers.With(Needed[command]), arguments);

        Assert.NotNull(outcome);
    }

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    /// <summary>A promotion that waits for an approval, and what a command may name besides.</summary>
    private static async Task<Dictionary<Type, object?>> ArgumentsAsync(Stages stages)
    {
        var release = await stages.ReleaseAsync();
        var waiting = await stages.PromotionAsync(release, "production");
        return new()
        {
            [typeof(PromotionId)] = waiting.Id, [typeof(Digest)] = release.Digest, [typeof(string)] = null,
            [typeof(CancellationToken)] = CancellationToken.None,
        };
    }

    private static async Task<object> InvokeAsync(Stages stages, string command, Caller caller, Dictionary<Type, object?> arguments)
    {
        var method = Commands.Single(c => NameOf(c) == command);
        object? Value(ParameterInfo p) =>
            p.ParameterType == typeof(Caller) ? caller : p.Name == "stage" ? "qa" : arguments[p.ParameterType];
        var target = stages.GetType().GetMethod(nameof(Stages.Get))!.MakeGenericMethod(method.DeclaringType!).Invoke(stages, null);
        var task = (Task)method.Invoke(
            target, BindingFlags.DoNotWrapExceptions, null, [.. method.GetParameters().Select(Value)], null)!;
        await task;
        return task.GetType().GetProperty("Result")!.GetValue(task)!;
    }

    private static Task<string?> WrittenAsync(Stages stages) => stages.ScalarAsync<string>(
        """
        SELECT concat_ws('/', (SELECT count(*) FROM journal.event), (SELECT sum(version) FROM stages.promotion),
                         (SELECT count(*) FROM stages.decision), (SELECT sum(generation) FROM stages.slot),
                         (SELECT count(*) FROM scheduler.intake), (SELECT count(*) FROM artifact.attestation))
        """);
}
