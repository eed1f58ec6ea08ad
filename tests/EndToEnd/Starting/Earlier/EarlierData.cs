using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Installed;
using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Starting.Earlier;

/// <summary>
/// What a server of 0.1 left behind that knew no signed runs, no decisions with a reason and no isolation of tasks: database, keys,
/// artifacts and mirrors, with modes as they were. Release 1 of tests/shop runs in production, approved by maria; release 2 waits there
/// for her.
/// </summary>
internal static class EarlierData
{
    public const string First = "cecaa26e2131183f65282055c8e6067372362582";
    public const string Second = "8bead5dcf4cbea787ae7aac84d99c0eca1c9667e";

    /// <summary>A release manager's, made by the earlier server.</summary>
    public const string MariasToken = "plt_rGokBZP0tnSRUkSCEmeuzYq4wURbc5pmDvd8-3clPQIf1f0ed";

    // Where it lay.
    private const string Folder = "/var/lib/pipeline";

    /// <param name="instance">Its server does not run yet.</param>
    public static async Task UnpackAsync(PipelineInstance instance)
    {
        var data = instance.Data;
        await RunAsync("tar", "-xzf", Path.Combine(RepositoryRoot.Path, "tests/EndToEnd/Starting/Earlier/approvals.tar.gz"), "-C", data);
        var named = Directory.EnumerateFiles(Path.Combine(data, "mirrors"), "config", SearchOption.AllDirectories);
        foreach (var file in named.Append(Path.Combine(data, "database.sql")))
            await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace(Folder, data, StringComparison.Ordinal));
        var hook = Path.Combine(data, "repositories", "shop.git", "pipeline-hook.json");
        await File.WriteAllTextAsync(
            hook,
            (await File.ReadAllTextAsync(hook)).Replace(Folder, data, StringComparison.Ordinal)
                .Replace("http://localhost:15103", instance.Url, StringComparison.Ordinal));
        await RestoreAsync(data);
    }

    // As the earlier server made it: one role, a superuser, and whoever reaches the socket is let in.
    private static async Task RestoreAsync(string data)
    {
        var bin = Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).First(Directory.Exists);
        var cluster = Path.Combine(data, "pg");
        await ServiceUser.OwnAsync(cluster);
        await AsServiceUserAsync($"{bin}/initdb", "-D", cluster, "-U", "pipeline", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8");
        await AsServiceUserAsync(
            $"{bin}/pg_ctl", "-D", cluster, "-w", "-l", $"{cluster}/server.log", "-o",
            $"-c listen_addresses='' -c unix_socket_directories={cluster}", "start");
        await RunAsync($"{bin}/createdb", "-h", cluster, "-U", "pipeline", "pipeline");
        await RunAsync(
            $"{bin}/psql", "-q", "-h", cluster, "-U", "pipeline", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f",
            Path.Combine(data, "database.sql"), "pipeline");
        await AsServiceUserAsync($"{bin}/pg_ctl", "-D", cluster, "-m", "fast", "-w", "stop");
    }

    private static Task AsServiceUserAsync(params string[] command) => RunAsync([.. ServiceUser.Command(command)]);

    private static async Task RunAsync(params string[] command) => (await ChildProcess.RunAsync(
        command[0], command[1..], TestContext.Current.CancellationToken)).ThrowIfFailed(string.Join(' ', command));
}
