using System.Reflection;
using Bunit;
using Bunit.TestDoubles;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Npgsql;
using Pipeline.ArtifactStore;
using Pipeline.BuildRunner;
using Pipeline.DeployStages;
using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.TestKit;
using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Tests;

/// <summary>Pages rendered on rows in a real PostgreSQL; <c>seed.sql</c> holds one repository in every situation.</summary>
public abstract class UiTest : IAsyncLifetime
{
    protected const string Good = "2222222222222222222222222222222222222222";
    protected const string Broken = "3333333333333333333333333333333333333333";

    private static readonly Assembly[] Slices =
    [
        typeof(GitWebhooksModule).Assembly, typeof(ArtifactStoreModule).Assembly, typeof(SchedulerModule).Assembly,
        typeof(BuildRunnerModule).Assembly, typeof(DeployStagesModule).Assembly,
    ];

    // bUnit's own limit of a second is a bet on the speed of the machine.
    static UiTest() => BunitContext.DefaultWaitTimeout = TimeSpan.FromSeconds(60);

    protected BunitContext Page { get; } = new();

    protected BunitAuthorizationContext Person { get; private set; } = default!;

    protected NpgsqlDataSource Db { get; private set; } = default!;

    protected static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var connectionString = await TestPostgres.CreateDatabaseAsync(Slices);
        Db = NpgsqlDataSource.Create(connectionString);
        await using (var seed = typeof(UiTest).Assembly.GetManifestResourceStream("seed.sql")!)
        using (var reader = new StreamReader(seed))
        await using (var connection = await Db.OpenConnectionAsync(Ct))
            await connection.ExecuteAsync(await reader.ReadToEndAsync(Ct));

        Page.JSInterop.Mode = JSRuntimeMode.Loose;
        Page.Services.AddLogging();
        Page.Services.AddKernel(connectionString);
        Page.Services.AddMudServices();
        Page.Services.AddUiQueries();
        Page.Services.AddEventKinds(SchedulerEventKinds.All);
        Page.Services.AddSingleton<EventFlow>(_ => { });
        Page.Services.AddSingleton<StagesInForce>(() => Policy);
        Person = Page.AddAuthorization();
    }

    /// <summary>The circuit is there: what needs it is not disabled. After the last service was added.</summary>
    protected void Connect() => Page.Renderer.SetRendererInfo(new Microsoft.AspNetCore.Components.RendererInfo("Server", isInteractive: true));

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Page.DisposeAsync();
        await Db.DisposeAsync();
    }

    /// <summary>infra-qa → product-qa → production, the last with an approval.</summary>
    private static IReadOnlyList<StageView> Policy { get; } =
    [
        Stage("infra-qa", null, null), Stage("product-qa", "infra-qa", null),
        Stage("production", "product-qa", new ApprovalRuleView(new Dictionary<string, int> { ["release-managers"] = 1 }, ["author", "pusher"], 259200)),
    ];

    private static StageView Stage(string name, string? after, ApprovalRuleView? approval) =>
        new(name, name, "automatic", after, true, 30, approval, 60, "rollback", 300, "stages.yaml:2");
}
