using System.Reflection;
using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Launching;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Contract;

/// <summary>Every command checks its caller's permission itself, before it writes anything.</summary>
public sealed class CommandPermissionTests : IAsyncLifetime
{
    /// <summary>Reviewed by hand: which permission each command of the contract needs.</summary>
    private static readonly Dictionary<string, string> Needed = new(StringComparer.Ordinal)
    {
        ["SchedulerCommands.RunOnceAsync"] = Permission.Operate,
        ["SchedulerCommands.DeployAsync"] = Permission.Operate,
        ["SchedulerCommands.RenewAsync"] = Permission.Operate,
        ["SchedulerCommands.CancelRunAsync"] = Permission.Operate,
        ["SchedulerCommands.CancelDeployAsync"] = Permission.Operate,
        ["SchedulerCommands.RemoveRequestAsync"] = Permission.Operate,
        ["SchedulerCommands.RemoveRequestOfAsync"] = Permission.Operate,
        ["OperatorCommands.AgentAsync"] = Permission.Operate,
        ["OperatorCommands.RackAsync"] = Permission.Operate,
        ["OperatorCommands.ScaleAsync"] = Permission.Operate,
        ["OperatorCommands.EndScaleAsync"] = Permission.Operate,
        ["OperatorCommands.PauseAsync"] = Permission.Operate,
        ["OperatorCommands.UnpauseAsync"] = Permission.Operate,
        ["OperatorCommands.BounceAsync"] = Permission.Operate,
        ["OperatorCommands.EndBounceAsync"] = Permission.Operate,
        ["OperatorCommands.ExitCooldownAsync"] = Permission.Operate,
        ["OperatorCommands.RunAsync"] = Permission.Operate,
        ["OperatorCommands.SkipHealthAsync"] = Permission.Operate,
        ["OperatorCommands.PriorityAsync"] = Permission.Operate,
        ["OperatorCommands.RemoveAsync"] = Permission.Operate,
        ["OperatorCommands.AdvanceAsync"] = Permission.Operate,
        ["OperatorCommands.CancelDeployAsync"] = Permission.Operate,
        ["OperatorCommands.CancelRunAsync"] = Permission.Operate,
        ["OperatorCommands.KillAsync"] = Permission.Operate,
        ["OperatorCommands.ReconcileAsync"] = Permission.Operate,
        ["OperatorCommands.FreezePrioritiesAsync"] = Permission.Operate,
        ["OperatorCommands.PlaceAsync"] = Permission.Operate,
        ["OperatorCommands.ResetFrameworkAsync"] = Permission.Operate,
        ["QuarantineCommands.ReleaseAsync"] = Permission.Operate,
    };

    private NpgsqlDataSource db = null!;

    public static TheoryData<string> Names => [.. Methods().Keys];

    public async ValueTask InitializeAsync()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync(typeof(SchedulerModule).Assembly));
        await using var connection = await db.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "INSERT INTO scheduler.quarantine (cluster, kind, subject_id, at, reason) VALUES ('test', 'Task', 't1', now(), 'poison')");
    }

    public async ValueTask DisposeAsync() => await db.DisposeAsync();

    [Fact]
    public void Every_command_of_the_contract_is_in_the_reviewed_table() =>
        Assert.Equal(Needed.Keys.Order(StringComparer.Ordinal), Methods().Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_command_takes_its_caller_first() =>
        Assert.All(Methods().Values, m => Assert.Equal(typeof(Caller), m.GetParameters()[0].ParameterType));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_caller_with_every_other_permission_is_refused_and_nothing_is_written(string command)
    {
        var before = await RowsAsync();
        var denied = await Assert.ThrowsAsync<PermissionDeniedException>(
            () => CallAsync(command, Callers.With(Permission.All.Except([Needed[command]]))));
        Assert.Equal((Needed[command], "ada"), (denied.Permission, denied.Caller.Actor.Name));
        Assert.Equal(before, await RowsAsync());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Nobody_who_has_not_signed_in_may_command(string command)
    {
        var before = await RowsAsync();
        await Assert.ThrowsAsync<PermissionDeniedException>(() => CallAsync(command, Caller.Anonymous));
        Assert.Equal(before, await RowsAsync());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_one_permission_is_enough_and_the_command_is_recorded_in_the_callers_name(string command)
    {
        await CallAsync(command, Callers.With(Needed[command]));
        await using var connection = await db.OpenConnectionAsync();
        var payload = await connection.QuerySingleAsync<string>("SELECT payload::text FROM scheduler.intake");
        Assert.Contains("\"ada\"", payload, StringComparison.Ordinal);
    }

    private static Dictionary<string, MethodInfo> Methods() => typeof(SchedulerModule).Assembly.GetExportedTypes()
        .Where(t => t.Namespace!.StartsWith("Pipeline.Scheduler.Contract", StringComparison.Ordinal)
            && t.Name.EndsWith("Commands", StringComparison.Ordinal))
        .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .ToDictionary(m => $"{m.DeclaringType!.Name}.{m.Name}", StringComparer.Ordinal);

    private async Task CallAsync(string command, Caller caller)
    {
        var method = Methods()[command];
        var arguments = method.GetParameters().Select(p => p.ParameterType == typeof(Caller) ? caller : SampleArguments.Of(p)).ToArray();
        await (Task)method.Invoke(Of(method.DeclaringType!), BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
    }

    private object Of(Type type)
    {
        var store = new CommandStore(db, new ImpatientTime());
        return type.Name switch
        {
            nameof(SchedulerCommands) => new SchedulerCommands(store),
            nameof(OperatorCommands) => new OperatorCommands(store, new RunSigning(null), TimeProvider.System),
            nameof(QuarantineCommands) => new QuarantineCommands(
                new QuarantineStore(db, new Journal(db, SchedulerKinds.All, _ => { }, TimeProvider.System), TimeProvider.System)),
            _ => throw new InvalidOperationException($"{type.Name} is new: say here how it is made."),
        };
    }

    private async Task<(long, long, long)> RowsAsync()
    {
        await using var connection = await db.OpenConnectionAsync();
        return await connection.QuerySingleAsync<(long, long, long)>("""
            SELECT (SELECT count(*) FROM scheduler.intake), (SELECT count(*) FROM scheduler.quarantine WHERE released_at IS NULL),
                   (SELECT count(*) FROM journal.event)
            """);
    }

    /// <summary>Ten seconds pass between any two looks at it: nobody waits for a leader that is not there.</summary>
    private sealed class ImpatientTime : TimeProvider
    {
        private long stamp;

        public override long GetTimestamp() => stamp += TimestampFrequency * 10;
    }
}
