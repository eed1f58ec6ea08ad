using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;
using Pipeline.Kernel.Postgres;

namespace Pipeline.Embedded;

/// <summary>
/// A bare git repository on this machine whose hook sends the webhook that GitHub would send, filled with the sample at the first start.
/// </summary>
internal sealed class SampleRepository(EmbeddedOptions options, InstallLayout layout)
{
    public const string Owner = "samples";
    public const string Name = "hello";

    /// <summary>Numeric id by which deliveries name it. Local repositories count from here: GitHub's ids will not get there.</summary>
    public const long ForgeId = 9_000_000_000_000_001;

    private readonly string secretFile = options.Folder("keys", "webhook.secret");

    public string BarePath => options.Folder("repositories", $"{Name}.git");

    private string Hook => Path.Combine(BarePath, "hooks", "post-receive");

    public string CloneUrl => $"file://{BarePath}";

    /// <summary>The secret that signs local pushes; made on the first start.</summary>
    public string WebhookSecret()
    {
        if (!File.Exists(secretFile))
        {
            PrivateFiles.MakeFolder(Path.GetDirectoryName(secretFile)!);
            DurableFile.Create(secretFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), PrivateFiles.OwnerOnly);
        }

        PrivateFiles.Require(secretFile);
        return File.ReadAllText(secretFile).Trim();
    }

    /// <summary>Makes the bare repository when there is none, and brings its hook up to date.</summary>
    public async Task PrepareAsync(CancellationToken ct)
    {
        if (!File.Exists(Path.Combine(BarePath, "HEAD")))
            await GitAsync(["init", "-q", "--bare", "-b", "main", BarePath], null, ct);
        var settings = new
        {
            id = ForgeId,
            owner = Owner,
            name = Name,
            cloneUrl = CloneUrl,
            url = $"{options.Url}/repos/{Owner}/{Name}",
            hook = $"{options.Url}/hooks/github",
            secret = WebhookSecret(),
        };
        var settingsFile = Path.Combine(BarePath, "pipeline-hook.json");
        await File.WriteAllTextAsync(settingsFile, JsonSerializer.Serialize(settings), ct);
        File.SetUnixFileMode(settingsFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await InstallHookAsync(ct);
    }

    /// <summary>
    /// Pushes the sample when nothing was ever pushed; else announces the heads again, for pushes made while the server was away.
    /// </summary>
    /// <returns>The commit that main points to, and whether this was its push.</returns>
    public async Task<(CommitSha Head, bool Pushed)> PushOrResyncAsync(CancellationToken ct)
    {
        var head = await ChildProcess.RunAsync("git", ["--git-dir", BarePath, "rev-parse", "--verify", "-q", "refs/heads/main"], ct);
        if (head.ExitCode != 0)
            await PushSampleAsync(ct);
        else
            (await ChildProcess.RunAsync(Hook, ["--resync"], ct, BarePath)).ThrowIfFailed("announcing the sample's branches");
        var pushed = await GitAsync(["--git-dir", BarePath, "rev-parse", "refs/heads/main"], null, ct);
        return (CommitSha.Parse(pushed.Output.Trim()), head.ExitCode != 0);
    }

    private async Task PushSampleAsync(CancellationToken ct)
    {
        var work = options.Folder("repositories", $".{Name}-first-push");
        if (Directory.Exists(work))
            Directory.Delete(work, recursive: true);
        await GitAsync(["init", "-q", "-b", "main", work], null, ct);
        foreach (var file in Directory.GetFiles(layout.Sample, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(work, Path.GetRelativePath(layout.Sample, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        await GitAsync(["add", "-A"], work, ct);
        await GitAsync(
            ["-c", "user.name=Pipeline", "-c", "user.email=sample@pipeline.invalid", "commit", "-q", "-m", "Say hello"], work, ct);
        await GitAsync(["push", "-q", BarePath, "main"], work, ct);
        Directory.Delete(work, recursive: true);
    }

    private async Task InstallHookAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Hook)!);
        await using (var source = typeof(SampleRepository).Assembly.GetManifestResourceStream("post-receive")!)
        await using (var target = File.Create(Hook))
            await source.CopyToAsync(target, ct);
        File.SetUnixFileMode(Hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static async Task<ChildProcess.Result> GitAsync(string[] arguments, string? directory, CancellationToken ct) =>
        (await ChildProcess.RunAsync("git", arguments, ct, directory)).ThrowIfFailed($"git {string.Join(' ', arguments)}");
}
