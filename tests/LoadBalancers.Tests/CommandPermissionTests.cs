using System.Collections.Frozen;
using System.Reflection;
using Pipeline.Kernel;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Contract.Commands;
using Pipeline.LoadBalancers.Tests.Kit;

namespace Pipeline.LoadBalancers.Tests;

/// <summary>
/// Every command checks the caller's permission itself, first of all. The table is reviewed: a command that is not in it fails, and so
/// does one that needs less than the table says.
/// </summary>
public sealed class CommandPermissionTests
{
    private static readonly Dictionary<string, string> Needed = new()
    {
        ["RouteCommands.AbandonAsync"] = Permission.Promote,
        ["RouteCommands.ClaimAsync"] = Permission.Promote,
        ["RouteCommands.PassOnAsync"] = Permission.Promote,
        ["RouteCommands.ReleaseAsync"] = Permission.Operate,
        ["RouteCommands.TransferAsync"] = Permission.Operate,
    };

    private static readonly IReadOnlyList<MethodInfo> Commands =
    [
        .. typeof(RouteCommands).Assembly.GetExportedTypes()
            .Where(t => t.Name.EndsWith("Commands", StringComparison.Ordinal))
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)),
    ];

    private static readonly Dictionary<Type, object> Arguments = new()
    {
        [typeof(WantedRoutes)] = Edge.Wanted(Edge.Shop, ("web", "/web")), [typeof(RepositoryId)] = Edge.Other,
        [typeof(IReadOnlyList<string>)] = (string[])["shop"], [typeof(CancellationToken)] = CancellationToken.None,
    };

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
        await using var edge = await Edge.StartAsync();
        await edge.Commands.ClaimAsync(Caller.System("test"), Edge.Wanted(Edge.Shop, ("shop", "/shop")), default);

        foreach (var caller in new[] { With(Permission.All.Where(p => p != Needed[command])), Caller.Anonymous })
        {
            var refused = await Assert.ThrowsAsync<PermissionDeniedException>(() => InvokeAsync(edge, command, caller));
            Assert.Equal(Needed[command], refused.Permission);
        }

        Assert.Equal("/shop shop", await edge.OwnersAsync());
        Assert.Single(await edge.JournalAsync());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_caller_with_only_the_needed_permission_is_served(string command)
    {
        await using var edge = await Edge.StartAsync();
        await edge.Commands.ClaimAsync(Caller.System("test"), Edge.Wanted(Edge.Shop, ("shop", "/shop")), default);

        await InvokeAsync(edge, command, With([Permission.View, Needed[command]]));
    }

    private static Caller With(IEnumerable<string> permissions) =>
        new(Actor.Person("niki"), permissions.ToFrozenSet(), [], []);

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static Task InvokeAsync(Edge edge, string command, Caller caller)
    {
        var method = Commands.Single(c => NameOf(c) == command);
        object Value(ParameterInfo p) => p.ParameterType == typeof(Caller) ? caller
            : p.ParameterType != typeof(string) ? Arguments[p.ParameterType]
            : p.Name switch { "stage" => "production", "route" => "/shop", "deployable" => "thief", _ => "because" };
        return (Task)method.Invoke(
            edge.Commands, BindingFlags.DoNotWrapExceptions, null, [.. method.GetParameters().Select(Value)], null)!;
    }
}
