using System.Reflection;
using Pipeline.Kernel;
using Pipeline.People.Contract;
using Pipeline.People.Contract.Views;

namespace Pipeline.People.Tests;

/// <summary>Which permission each command needs. A new command without a line here fails.</summary>
public sealed class CommandPermissionTests : IAsyncLifetime
{
    private static readonly Dictionary<string, (string Permission, Func<TokenCommands, Caller, Task> Call)> Commands = new()
    {
        ["TokenCommands.CreateAsync"] = (
            Permission.Administer,
            (c, caller) => c.CreateAsync(caller, new NewToken("x", null, null, null, null, null), CancellationToken.None)),
        ["TokenCommands.RevokeAsync"] = (Permission.Administer, (c, caller) => c.RevokeAsync(caller, Guid.Empty, CancellationToken.None)),
    };

    private PeopleServer server = default!;

    public async ValueTask InitializeAsync() => server = await PeopleServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public void Every_command_of_the_slice_is_in_the_table_and_takes_its_caller_first()
    {
        var commands = typeof(PeopleModule).Assembly.GetExportedTypes().Where(t => t.Name.EndsWith("Commands", StringComparison.Ordinal))
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)).ToList();

        Assert.Equal(Commands.Keys.Order(), commands.Select(m => $"{m.DeclaringType!.Name}.{m.Name}").Order());
        Assert.All(commands, m => Assert.Equal(typeof(Caller), m.GetParameters()[0].ParameterType));
    }

    public static TheoryData<string> Names => [.. Commands.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_command_needs_its_permission_and_only_that(string name)
    {
        var (permission, call) = Commands[name];
        var others = new Caller(Actor.Person("nikos"), Permission.All.Except([permission]).ToHashSet(), ["administrators"], []);

        var denied = await Assert.ThrowsAsync<PermissionDeniedException>(() => call(server.Tokens, others));
        Assert.Equal(permission, denied.Permission);
        await Assert.ThrowsAsync<PermissionDeniedException>(() => call(server.Tokens, Caller.Anonymous));
        Assert.Empty(await server.JournalAsync());

        await call(server.Tokens, new Caller(Actor.Person("eleni"), new HashSet<string> { permission }, [], []));
    }
}
