using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Pipeline.EndToEnd.Harness.Installed;
using Pipeline.EndToEnd.Harness.Pairs;

namespace Pipeline.EndToEnd.Starting;

/// <summary>The server that a team installs: what the README says under "Point it at real GitHub and real Mesos".</summary>
public sealed class ServeTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> AsInTheReadme = [];
    private Installation installation = null!;

    public async ValueTask InitializeAsync() => installation = await Installation.PrepareAsync();

    public ValueTask DisposeAsync() => installation.DisposeAsync();

    [Fact]
    public async Task The_published_folder_alone_serves_as_a_service_user_and_takes_a_push_to_a_stage_of_each_cluster()
    {
        await RequireVariablesOfReadmeAsync();
        await using var server = await ServedServer.StartAsync(
            installation.Url, Path.Combine(installation.Root, "server.log"), ServiceUser.Command(installation.Server, "serve"),
            installation.Variables);
        var token = await server.AdministratorsTokenAsync();
        server.SignIn(token);

        var sha = await new Hook(installation, "shop", 77).PushSampleAsync(token);

        await Eventually.IsTrueAsync(
            async () => (await server.Http.GetAsync($"/api/v1/commits/{sha}")).IsSuccessStatusCode, TimeSpan.FromSeconds(30),
            "the commit is known");
        var commit = await Eventually.BecomesAsync(
            () => server.GetAsync($"/api/v1/commits/{sha}"),
            c => c.GetProperty("stages").EnumerateArray().Any(
                s => s.GetProperty("stage").GetString() == "product-qa" && s.GetProperty("state").GetString() is "running" or "succeeded"),
            TimeSpan.FromSeconds(120), "it runs in product-qa");
        Assert.Contains(
            commit.GetProperty("stages").EnumerateArray(), s => s.GetProperty("stage").GetString() == "production");
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(installation.Data, "keys")),
            key => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key)));
        // The data directory itself may be shared; what the server keeps in it is closed to all others, but for what agents read.
        Assert.All(
            Directory.EnumerateDirectories(installation.Data).Where(f => Path.GetFileName(f) != "trust"),
            folder => Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(folder), 8)));
        Assert.Superset(
            new HashSet<string?> { "artifacts", "bundles", "keys", "logs", "mirrors", "root", "trust" },
            Directory.EnumerateDirectories(installation.Data).Select(Path.GetFileName).ToHashSet());
    }

    [Fact]
    public async Task A_start_that_cannot_be_names_the_cause_and_the_remedy_shows_no_token_and_no_stack_trace()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        await RefusesAsync(2, ["ConnectionStrings:Pipeline is not set"], new() { ["PIPELINE_ConnectionStrings__Pipeline"] = null });
        await RefusesAsync(
            1, ["127.0.0.1:1", "ConnectionStrings:Pipeline"],
            new() { ["PIPELINE_ConnectionStrings__Pipeline"] = "Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=5" });
        await RefusesAsync(
            2, ["stages.yaml:", "Cluster 'infra-qa' is not configured", "is no address such as http://host:5050"],
            new() { ["PIPELINE_Clusters__infra_qa__Masters__0"] = null, ["PIPELINE_Clusters__production__Masters__0"] = "master:5050" });
        await RefusesAsync(
            2, ["/nowhere/stages.yaml:1:1: The file does not exist.", "TaskRunner program /nowhere/taskrunner does not exist"],
            new()
            {
                ["PIPELINE_DeployStages__Policy"] = "/nowhere/stages.yaml",
                ["PIPELINE_Scheduler__TaskRunnerPath"] = "/nowhere/taskrunner",
            });
        await RefusesAsync(
            2, ["ConnectionStrings:Pipeline cannot be read", "Host="],
            new() { ["PIPELINE_ConnectionStrings__Pipeline"] = "postgres://db" });
        await RefusesAsync(
            1, ["permission denied", "must own its database"],
            new() { ["PIPELINE_ConnectionStrings__Pipeline"] = await installation.WithoutRightsAsync() });
        await RefusesAsync(2, ["'many'", "Scheduler:MaxCrashes"], new() { ["PIPELINE_Scheduler__MaxCrashes"] = "many" });
        await RefusesAsync(2, ["'nowhere'", "http://*:8080"], AsInTheReadme, "--urls", "nowhere");
        await RefusesAsync(1, ["/etc/data", "Let the user"], new() { ["PIPELINE_DataDirectory"] = "/etc/data" });
        await RefusesAsync(1, ["Address already in use", "--urls"], AsInTheReadme, "--urls", $"http://127.0.0.1:{port}");
        await RefusesAsync(2, ["--help", "'--twice'"], AsInTheReadme, "--twice");

        Assert.False(Directory.Exists(installation.Data), "A start that was refused wrote something.");
        var key = Path.Combine(installation.Data, "keys", "root.pem"); // of an earlier version
        Directory.CreateDirectory(Path.GetDirectoryName(key)!);
        await File.WriteAllTextAsync(key, "", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await ServiceUser.OwnAsync(installation.Data);
        await RefusesAsync(2, ["root.pem can be read by others (mode 640): chmod 600 it."], AsInTheReadme);
    }

    [Fact]
    public async Task Applications_are_never_where_the_server_is_nor_where_another_program_is()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        await RefusesAsync(1, ["Address already in use", "--traffic-urls"], AsInTheReadme, "--traffic-urls", $"http://127.0.0.1:{port}");
        await RefusesAsync(
            2, ["LoadBalancers:Urls", "the server's own"], AsInTheReadme, "--traffic-urls", $"http://127.0.0.1:{installation.Port}");
    }

    private async Task RequireVariablesOfReadmeAsync()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "README.md"), TestContext.Current.CancellationToken);

        var said = Regex.Matches(readme, "^export (PIPELINE_[A-Za-z0-9_]+)=", RegexOptions.Multiline).Select(m => m.Groups[1].Value);

        // No test may speak to GitHub; the port is a free one.
        Assert.Equal(
            installation.Variables.Keys.Except(["HOME", "PIPELINE_Urls", "PIPELINE_LoadBalancers__Urls"])
                .Append("PIPELINE_GitWebhooks__GitHub__Token").Order(),
            said.Order());
    }

    private async Task RefusesAsync(int exitCode, string[] named, Dictionary<string, string?> differences, params string[] arguments)
    {
        var result = await installation.TryAsync(differences, arguments);

        Assert.All(named, text => Assert.Contains(text, result.Error, StringComparison.Ordinal));
        Assert.True(result.ExitCode == exitCode, $"exit {result.ExitCode}:\n{result.Error}");
        Assert.True(!(result.Error + result.Output).Contains("   at ", StringComparison.Ordinal), result.Error + result.Output);
        Assert.DoesNotContain("plt_", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Leads cluster", result.Output, StringComparison.Ordinal);
    }
}
