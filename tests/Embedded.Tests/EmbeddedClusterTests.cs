using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.Embedded.Tests;

/// <summary>A real <c>localmesos</c>, which outlives the server that started it.</summary>
public sealed class EmbeddedClusterTests : IDisposable
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_cluster_is_started_once_found_again_and_stopped_with_its_process()
    {
        // Beside the sources, as a server finds it beside itself.
        var program = Path.Combine(folder.Path, "localmesos");
        Directory.CreateSymbolicLink(program, Path.GetDirectoryName(LocalMesosCluster.Executable)!);
        var first = Cluster();

        var master = await first.StartAsync(new Dictionary<string, string> { ["GREETING"] = "hello" }, ct);
        var again = await Cluster().StartAsync(new Dictionary<string, string>(), ct);

        Assert.Equal(master, again);
        using var http = new HttpClient();
        using var anonymous = await http.GetAsync(new Uri($"{master}/master/state"), ct);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal(first.Secret, Cluster().Secret);
        Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(Path.Combine(folder.Path, "work", "secret")), 8));
        var credentials = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{EmbeddedCluster.Principal}:{first.Secret}"));
        http.DefaultRequestHeaders.Authorization = new("Basic", credentials);
        var state = await http.GetFromJsonAsync<JsonElement>(new Uri($"{master}/master/state"), ct);
        Assert.Equal("infra-qa", state.GetProperty("cluster").GetString());
        var pid = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "work", "localmesos.json"), ct)).RootElement.GetProperty("pid").GetInt32();

        await first.StopAsync(ct);
        await first.StopAsync(ct); // nothing is left to stop

        Assert.False(
            Directory.Exists($"/proc/{pid}") && File.ReadAllText($"/proc/{pid}/cmdline").Contains("localmesos", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cluster_that_ends_while_it_starts_is_told_with_the_end_of_its_log()
    {
        Program("echo 'no more file descriptors' >&2; exit 3");

        var failure = await Assert.ThrowsAsync<UsageException>(() => Cluster().StartAsync(new Dictionary<string, string>(), ct));

        Assert.Contains("infra-qa", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no more file descriptors", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"pid\":")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"pid\":1,\"master\":\"http://127.0.0.1:1\"}")] // the number is that of another program now
    [InlineData("{\"pid\":999999999,\"master\":\"http://127.0.0.1:1\"}")]
    public async Task What_a_crash_left_of_the_state_file_is_no_cluster(string left)
    {
        folder.Write("work/localmesos.json", left);
        await Cluster().StopAsync(ct); // nothing to end: the other program stays

        Program("echo started anew >&2; exit 3");

        var failure = await Assert.ThrowsAsync<UsageException>(() => Cluster().StartAsync(new Dictionary<string, string>(), ct));
        Assert.Contains("started anew", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_any_name_holds_the_log_and_every_argument_arrives_as_it_is()
    {
        Program("printf '%s\\n' \"$@\"; exit 3");
        var work = Path.Combine(folder.Path, "it's $HOME; \"x\"");
        var cluster = new EmbeddedCluster("product-qa", work, "/run/docker.sock", new InstallLayout(folder.Path), TimeProvider.System);

        await Assert.ThrowsAsync<UsageException>(
            () => cluster.StartAsync(new Dictionary<string, string> { ["GREETING"] = "a 'b' $c \"d\"" }, ct));

        var arguments = await File.ReadAllLinesAsync(Path.Combine(work, "localmesos.log"), ct);
        Assert.Equal(["--cluster", "product-qa", "--port", "0", "--work_dir", work], arguments[..6]);
        Assert.Equal(["--docker_socket", "/run/docker.sock"], arguments[^2..]);
        const string flag = "--executor_environment_variables=";
        var environment = Assert.Single(arguments, a => a.StartsWith(flag, StringComparison.Ordinal))[flag.Length..];
        Assert.Equal("a 'b' $c \"d\"", JsonSerializer.Deserialize<Dictionary<string, string>>(environment)!["GREETING"]);
    }

    private void Program(string script)
    {
        var program = folder.Write("localmesos/localmesos", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private EmbeddedCluster Cluster() =>
        new("infra-qa", Path.Combine(folder.Path, "work"), null, new InstallLayout(folder.Path), TimeProvider.System);
}
