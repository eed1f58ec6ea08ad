using System.Globalization;
using Npgsql;
using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Harness.Installed;

/// <summary>
/// What a team has before it starts the server: the published folder alone, in another place; a PostgreSQL; a cluster for each stage,
/// with agents that know the server's root of trust.
/// </summary>
public sealed class Installation : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> Stages = ["infra-qa", "product-qa", "production"];

    private const string Password = "of the database; and = no more";

    private readonly PrivatePostgres postgres;
    private readonly List<LocalMesosCluster> clusters = [];

    private Installation(string root)
    {
        Root = root;
        postgres = new PrivatePostgres(Path.Combine(root, "pg"), durable: false);
    }

    public string Root { get; }

    public string Server => Path.Combine(Root, "opt", "server", "Pipeline.Server");

    /// <summary>The service user's own: settings, data, repositories.</summary>
    public string Home => Path.Combine(Root, "home");

    public string Data => Path.Combine(Home, "data");

    public int Port { get; } = FreePort.Next();

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>The variables of the README, with values of this machine.</summary>
    public Dictionary<string, string?> Variables { get; } = [];

    public static async Task<Installation> PrepareAsync()
    {
        var root = Directory.CreateTempSubdirectory("pipeline-installed-").FullName;
        const UnixFileMode everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(root, everybody);
        Directory.CreateDirectory(Path.Combine(root, "opt"));
        (await ChildProcess.RunAsync(
            "cp", ["-r", Path.Combine(RepositoryRoot.Path, "artifacts", "server"), Path.Combine(root, "opt", "server")],
            CancellationToken.None)).ThrowIfFailed("cp artifacts/server");
        var installation = new Installation(root);
        await installation.StartSurroundingsAsync();
        return installation;
    }

    /// <summary>A start that is expected to end by itself.</summary>
    public Task<ChildProcess.Result> TryAsync(IReadOnlyDictionary<string, string?> differences, params string[] arguments)
    {
        var variables = new Dictionary<string, string?>(Variables);
        foreach (var (name, value) in differences)
            variables[name] = value;
        return ServiceUser.RunAsync([Server, "serve", .. arguments], "/", variables);
    }

    /// <summary>The same database, for a user who may do nothing in it.</summary>
    public async Task<string> WithoutRightsAsync()
    {
        await ExecuteAsync($"CREATE ROLE guest LOGIN PASSWORD '{Password}'");
        return new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Username = "guest", Password = Password }.ConnectionString;
    }

    // A team's own PostgreSQL asks for passwords, and lets the service user in.
    private async Task<string> AskForPasswordsAsync()
    {
        var folder = Path.Combine(Root, "pg");
        var rules = Path.Combine(new DirectoryInfo(folder).LinkTarget ?? folder, "pg_hba.conf");
        await File.WriteAllTextAsync(rules, "local all pipeline,guest scram-sha-256\n" + await File.ReadAllTextAsync(rules));
        await ExecuteAsync($"ALTER ROLE pipeline PASSWORD '{Password}'");
        await ExecuteAsync("SELECT pg_reload_conf()");
        return new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Password = Password }.ConnectionString;
    }

    private async Task ExecuteAsync(string sql)
    {
        var superuser = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Username = "postgres", Database = "postgres" };
        await using var db = NpgsqlDataSource.Create(superuser);
        await using var command = db.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in clusters)
            await cluster.DisposeAsync();
        await postgres.DestroyAsync(CancellationToken.None);
        Directory.Delete(Root, recursive: true);
    }

    private async Task StartSurroundingsAsync()
    {
        await ServiceUser.OwnAsync(Home);
        await postgres.StartAsync(CancellationToken.None);
        Variables["HOME"] = Home;
        Variables["PIPELINE_ConnectionStrings__Pipeline"] = await AskForPasswordsAsync();
        Variables["PIPELINE_PublicUrl"] = Url;
        Variables["PIPELINE_Urls"] = Url;
        Variables["PIPELINE_LoadBalancers__Urls"] = $"http://127.0.0.1:{FreePort.Next()}";
        Variables["PIPELINE_DataDirectory"] = Data;
        Variables["PIPELINE_GitWebhooks__Secrets__0"] = Hook.Secret;
        foreach (var stage in Stages)
        {
            var state = Path.Combine(Root, "agents", stage);
            Directory.CreateDirectory(state);
            var cluster = await LocalMesosCluster.StartAsync(
                new LocalMesosSettings
                {
                    Cluster = stage,
                    TaskEnvironment = new Dictionary<string, string>
                    {
                        ["PIPELINE_TRUST"] = Path.Combine(Data, "trust", "trust.json"), ["PIPELINE_STATE"] = state,
                        ["PIPELINE_STAGES"] = stage, ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
                    },
                },
                CancellationToken.None);
            clusters.Add(cluster);
            Variables[$"PIPELINE_Clusters__{stage.Replace('-', '_')}__Masters__0"] = cluster.MasterUrl;
        }
    }
}
