using System.Security.Cryptography;
using Npgsql;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests;

/// <summary>A command that is refused leaves no row, no event and no file; the same command with its permission leaves something.</summary>
public sealed class RefusedCommandTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Bytes = "bytes"u8.ToArray();
    private Store store = null!;
    private Release release = null!;

    public async ValueTask InitializeAsync()
    {
        store = await Store.StartAsync();
        await store.Get<ArtifactCommands>().PutAsync(Tester, new MemoryStream("api"u8.ToArray()), Api.Digest, None);
        release = await store.Get<ReleaseCommands>().CreateAsync(Tester, Release(), None);
        await store.Get<TrustPublisher>().PublishAsync(None);
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    public static TheoryData<string, string> Commands => new()
    {
        { "put", Permission.Build },
        { "record", Permission.Build },
        { "create", Permission.Build },
        { "hold", Permission.Hold },
        { "unhold", Permission.Hold },
        { "promotion", Permission.Promote },
        { "approval", Permission.Approve },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Without_its_permission_a_command_writes_nothing_and_with_it_something(string command, string permission)
    {
        if (command == "unhold")
            await store.Get<ReleaseCommands>().HoldAsync(Eleni, release.Digest, "held", None);
        var (rows, files, events) = (await RowsAsync(), Files(), store.Events.Count);

        foreach (var caller in new[]
        {
            Caller.Anonymous, With([]), With([.. Permission.All.Where(p => p != permission)]), With([permission.ToUpperInvariant()]),
        })
        {
            var refused = await Assert.ThrowsAsync<PermissionDeniedException>(() => RunAsync(command, caller));
            Assert.Equal(permission, refused.Permission);
        }

        Assert.Empty(Written.Changes(rows, await RowsAsync()));
        Assert.Equal((files, events), (Files(), store.Events.Count));
        await RunAsync(command, With([permission]));
        Assert.NotEqual((0, files), (Written.Changes(rows, await RowsAsync()).Count, Files()));
    }

    [Fact]
    public async Task A_command_about_what_is_not_there_writes_nothing()
    {
        var (rows, files, events) = (await RowsAsync(), Files(), store.Events.Count);
        var unknown = Digest.Of("unknown"u8);

        Assert.Equal(PutOutcome.Mismatch, await store.Get<ArtifactCommands>().PutAsync(Tester, new MemoryStream(Bytes), unknown, None));
        Assert.False(await store.Get<ArtifactCommands>().RecordAsync(
            Tester, Build(1), Api with { Digest = unknown }, JournalSubject.None, None));
        Assert.False(await store.Get<ReleaseCommands>().HoldAsync(Tester, unknown, "x", None));
        Assert.False(await store.Get<ReleaseCommands>().UnholdAsync(Tester, unknown, "x", None));
        await Assert.ThrowsAsync<InvariantViolatedException>(() => store.Get<AttestationCommands>().SignPromotionAsync(
            Tester, new NewPromotionStatement("production", release.Digest, [], null, 1, DateTimeOffset.MaxValue), None));

        Assert.Empty(Written.Changes(rows, await RowsAsync()));
        Assert.Equal((files, events), (Files(), store.Events.Count));
    }

    [Fact]
    public async Task The_second_time_a_command_changes_nothing()
    {
        foreach (var command in new[] { "put", "record", "create", "hold", "unhold" })
        {
            await RunAsync(command, Tester);
            var (rows, files, events) = (await RowsAsync(), Files(), store.Events.Count);
            await RunAsync(command, Tester);
            Assert.Empty(Written.Changes(rows, await RowsAsync()));
            Assert.Equal((files, events), (Files(), store.Events.Count));
        }
    }

    private static Caller With(params string[] permissions) => new(Actor.Person("eleni"), permissions.ToHashSet(), [], []);

    private Task RunAsync(string command, Caller caller) => command switch
    {
        "put" => store.Get<ArtifactCommands>().PutAsync(caller, new MemoryStream(Bytes), Digest.Of(Bytes), None),
        "record" => store.Get<ArtifactCommands>().RecordAsync(caller, Build(9), Api, JournalSubject.None, None),
        "create" => store.Get<ReleaseCommands>().CreateAsync(caller, Release(9, new string('9', 40)), None),
        "hold" => store.Get<ReleaseCommands>().HoldAsync(caller, release.Digest, "broken", None),
        "unhold" => store.Get<ReleaseCommands>().UnholdAsync(caller, release.Digest, "mended", None),
        "promotion" => store.Get<AttestationCommands>().SignPromotionAsync(
            caller, new NewPromotionStatement("production", release.Digest, [Api], null, 1, DateTimeOffset.MaxValue), None),
        "approval" => store.Get<AttestationCommands>().SignApprovalAsync(
            caller,
            new NewApprovalStatement(
                Digest.Of("plan"u8).ToString(), "production", release.Digest, new PromotionId(Guid.Empty), "eleni", [],
                DateTimeOffset.UnixEpoch),
            None),
        _ => throw new ArgumentException(command),
    };

    private Task<Written> RowsAsync() => Written.ReadAsync(store.Get<NpgsqlDataSource>());

    private string Files() => string.Join('\n', Directory.GetFiles(store.Folder, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(f => $"{f} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}"));
}
