using System.Reflection;
using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Dapper;
using Hangfire;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MudBlazor.Services;
using Npgsql;
using Pipeline.ArtifactStore;
using Pipeline.BuildRunner;
using Pipeline.DeployStages;
using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers;
using Pipeline.People;
using Pipeline.Scheduler;
using Pipeline.TestKit;
using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Tests;

/// <summary>
/// Pages rendered on rows in a real PostgreSQL, with the real commands of all slices; <c>seed.sql</c> holds one repository in every
/// situation. </summary>
public abstract class UiTest : IAsyncLifetime
{
    /// <summary>A commit whose release waits for production.</summary>
    protected const string Good = "2222222222222222222222222222222222222222";

    /// <summary>A commit whose build failed.</summary>
    protected const string Broken = "3333333333333333333333333333333333333333";

    /// <summary>The promotion of release 2 that waits for an approval.</summary>
    protected static readonly Guid Waiting = Guid.Parse("01900000-0000-7000-8000-000000000623");

    /// <summary>A delivery that was rejected.</summary>
    protected static readonly Guid Rejected = Guid.Parse("01900000-0000-7000-8000-000000000199");

    private static readonly Assembly[] Slices =
    [
        typeof(PeopleModule).Assembly, typeof(GitWebhooksModule).Assembly, typeof(ArtifactStoreModule).Assembly,
            typeof(SchedulerModule).Assembly,
        typeof(BuildRunnerModule).Assembly, typeof(LoadBalancersModule).Assembly, typeof(DeployStagesModule).Assembly,
    ];

    private bool isConnected;

    // bUnit's own limit of a second is a bet on the speed of the machine.
    static UiTest() => BunitContext.DefaultWaitTimeout = TimeSpan.FromSeconds(60);

    /// <summary>The browser's side: services, renderer, JavaScript.</summary>
    protected BunitContext Page { get; } = new();

    /// <summary>Jobs that were enqueued; none of them runs.</summary>
    protected RecordedJobs Jobs { get; } = new();

    /// <summary>The authentication state of the circuit.</summary>
    protected BunitAuthorizationContext Person { get; private set; } = default!;

    protected NpgsqlDataSource Db { get; private set; } = default!;

    /// <summary>The server's data directory.</summary>
    protected string DataDirectory { get; } = Directory.CreateTempSubdirectory("pipeline-ui").FullName;

    protected NavigationManager Navigation => Page.Services.GetRequiredService<NavigationManager>();

    protected static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    /// <summary>
    /// infra-qa → product-qa → production, the last with an approval: the same as the policy in <see cref="PolicyFile"/>.
    /// </summary>
    protected static IReadOnlyList<StageView> Policy { get; } =
    [
        Stage("infra-qa", null, null), Stage("product-qa", "infra-qa", null),
        Stage("production", "product-qa", new ApprovalRuleView(new Dictionary<string, int> { ["release-managers"] = 1 }, ["author",
        "pusher"], 259200)),
    ];

    private const string PolicyFile = """
        stages:
          - { name: infra-qa, cluster: infra-qa, promote: automatic }
          - { name: product-qa, cluster: product-qa, promote: automatic, after: infra-qa }
          - name: production
            cluster: production
            after: product-qa
            promote: automatic
            gates: { approval: { groups: { release-managers: 1 }, exclude: [author, pusher], expires: 72h } }
        """;

    public async ValueTask InitializeAsync()
    {
        var connectionString = await TestPostgres.CreateDatabaseAsync(Slices);
        Db = NpgsqlDataSource.Create(connectionString);
        await using (var seed = typeof(UiTest).Assembly.GetManifestResourceStream("seed.sql")!)
        using (var reader = new StreamReader(seed))
            await ExecuteAsync(await reader.ReadToEndAsync(Ct));

        Page.JSInterop.Mode = JSRuntimeMode.Loose;
        AddSlices(Page.Services, connectionString);
        Page.Services.AddMudServices();
        Page.Services.AddUiQueries();
        Page.Services.AddUiActions();
        Page.Services.AddSingleton<StagesInForce>(() => Policy);
        Person = Page.AddAuthorization();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Page.DisposeAsync();
        await Db.DisposeAsync();
        Directory.Delete(DataDirectory, recursive: true);
    }

    /// <summary>Renders in a circuit that is connected: what needs one is not disabled.</summary>
    protected IRenderedComponent<TComponent> Open<TComponent>(Action<ComponentParameterCollectionBuilder<TComponent>>? parameters = null)
        where TComponent : IComponent
    {
        Connect();
        return Page.Render(parameters ?? (_ => { }));
    }

    /// <summary>Opens a page at its address.</summary>
    protected IRenderedComponent<TComponent> OpenAt<TComponent>(string address,
        Action<ComponentParameterCollectionBuilder<TComponent>>? parameters = null)
        where TComponent : IComponent
    {
        Connect();
        Navigation.NavigateTo(address);
        return Open(parameters);
    }

    /// <summary>Signs in with a token that has these permissions and groups.</summary>
    /// <returns>The token's id.</returns>
    protected async Task<Guid> SignInAsync(string login, IReadOnlyList<string> permissions, string[]? groups = null, string kind = "person")
    {
        var id = Guid.CreateVersion7();
        await using var connection = await Db.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(
            """
            INSERT INTO identity.token (id, login, kind, hash, permissions, groups, emails, created_at, created_by)
            VALUES (@id, @login, @kind, sha256(@id::text::bytea), @permissions, @groups, '{}', now(), 'system:test')
            """,
            new { id, login, kind, permissions = permissions.ToArray(), groups = groups ?? [] });
        Person.SetAuthorized(login);
        Person.SetClaims(
        [
            new Claim(CallerClaims.Token, id.ToString()), new Claim(CallerClaims.Kind, kind),
            .. permissions.Select(p => new Claim(CallerClaims.Permission, p)), .. (groups ?? []).Select(g => new Claim(CallerClaims.Group,
            g)),
        ]);
        return id;
    }

    protected Task RevokeAsync(Guid token) => ExecuteAsync($"UPDATE identity.token SET revoked_at = now() WHERE id = '{token}'");

    protected async Task ExecuteAsync(string sql)
    {
        await using var connection = await Db.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(sql);
    }

    protected async Task<T?> ReadAsync<T>(string sql)
    {
        await using var connection = await Db.OpenConnectionAsync(Ct);
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    protected T Service<T>()
        where T : notnull => Page.Services.GetRequiredService<T>();

    /// <summary>Of a server on these rows.</summary>
    protected Dictionary<string, string?> Settings => new()
    {
        ["DataDirectory"] = DataDirectory,
        ["PublicUrl"] = "http://localhost",
        ["DeployStages:Policy"] = Path.Combine(DataDirectory, "stages.yaml"),
        ["Scheduler:ServerKeyPath"] = Path.Combine(DataDirectory, "key"),
        ["Scheduler:TaskRunnerPath"] = typeof(UiTest).Assembly.Location, // no task is launched here: any file will do
        ["Clusters:infra-qa:Masters:0"] = "http://m2:5050",
        ["Clusters:product-qa:Masters:0"] = "http://m3:5050",
        ["Clusters:production:Masters:0"] = "http://m1:5050",
        ["Clusters:lab:Masters:0"] = "http://m4:5050",
    };

    private void AddSlices(IServiceCollection services, string connectionString)
    {
        File.WriteAllText(Path.Combine(DataDirectory, "stages.yaml"), PolicyFile);
        var settings = new ConfigurationBuilder().AddInMemoryCollection(Settings).Build();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddLogging();
        services.AddKernel(connectionString);
        services.AddPeople(settings);
        services.AddGitWebhooks(settings);
        services.AddArtifactStore(settings);
        services.AddScheduler(settings);
        services.AddBuildRunner(settings);
        services.AddDeployStages(settings);
        services.AddLoadBalancers(settings);
        services.AddSingleton<EventFlow>(_ => { });
        services.AddSingleton<IConfiguration>(settings);
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment { ContentRootPath = DataDirectory, EnvironmentName = "Test" });
        services.AddSingleton<IBackgroundJobClient>(Jobs);
    }

    /// <summary>After the last service was added.</summary>
    private void Connect()
    {
        if (isConnected)
            return;
        isConnected = true;
        Page.Renderer.SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    private static StageView Stage(string name, string? after, ApprovalRuleView? approval) =>
        new(name, name, "automatic", after, true, 30, approval, 60, "rollback", 300, "stages.yaml:2");
}
