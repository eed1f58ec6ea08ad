using System.Runtime.InteropServices;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Files;
using Pipeline.Kernel.Jobs;
using Pipeline.People.Contract;

namespace Pipeline.Embedded;

/// <summary>
/// <c>up [--once]</c>: everything on this machine. Ctrl-C ends all of it, tasks included; a killed server leaves the rest running.
/// </summary>
public static class UpCommand
{
    /// <param name="once">End when the sample is in production.</param>
    /// <param name="build">Makes the server from settings; the composition root knows how.</param>
    public static async Task<int> RunAsync(bool once, Func<IReadOnlyDictionary<string, string?>, WebApplication> build)
    {
        var layout = new InstallLayout();
        var options = EmbeddedOptions.Read(once, Environment.GetEnvironmentVariable, layout);
        using var stop = new CancellationTokenSource();
        using var interrupt = StopOn(PosixSignal.SIGINT, stop);
        using var terminate = StopOn(PosixSignal.SIGTERM, stop);
        await EmbeddedServices.CheckAsync(options, stop.Token);
        PrivateFiles.CloseFolder(options.DataDirectory);
        using var alone = DataLock.Take(options.DataDirectory);
        DataFence.Raise(options.DataDirectory);

        var services = new EmbeddedServices(options, layout, TimeProvider.System);
        try
        {
            return await ServeAsync(options, layout, services, build, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 130;
        }
        finally
        {
            await Console.Out.WriteLineAsync("Stopping tasks, clusters and PostgreSQL …");
            await services.StopAsync(CancellationToken.None);
        }
    }

    private static async Task<int> ServeAsync(
        EmbeddedOptions options, InstallLayout layout, EmbeddedServices services,
        Func<IReadOnlyDictionary<string, string?>, WebApplication> build,
        CancellationToken stop)
    {
        var progress = new UpProgress(options, TimeProvider.System, Console.Out);
        foreach (var warning in TaskIsolation.Warnings(options))
            progress.Say(warning);
        progress.Say("starting PostgreSQL and three clusters");
        var settings = await services.StartAsync(stop);
        var sample = new SampleRepository(options, layout);
        AddHostSettings(settings, options, layout, sample);

        await using var app = build(settings);
        await FirstToken.EnsureAsync(app.Services, options.Folder("admin-token"), Console.Out, stop);
        await app.StartAllOrNoneAsync(stop);
        progress.Say($"serving {options.Url}, applications at {options.TrafficUrl}");

        var reached = !options.Sample || await BringSampleToProductionAsync(app, sample, progress, stop);
        if (options.Once)
        {
            await app.StopAsync(CancellationToken.None);
            return reached ? 0 : 1;
        }

        await progress.ExplainAsync(options.Sample ? sample : null);
        await WaitForStopAsync(stop);
        await app.StopAsync(CancellationToken.None);
        return 0;
    }

    private static async Task<bool> BringSampleToProductionAsync(
        WebApplication app, SampleRepository sample, UpProgress progress, CancellationToken stop)
    {
        await sample.PrepareAsync(stop);
        var added = await app.Services.GetRequiredService<RepositoryCommands>().AddAsync(
            Caller.System("first-start"),
            new AddRepository(SampleRepository.ForgeId, SampleRepository.Owner, SampleRepository.Name, sample.CloneUrl), stop);
        Invariant.Require(added is AddRepositoryOutcome.Added);
        var (commit, pushed) = await sample.PushOrResyncAsync(stop);
        progress.Say(pushed
            ? $"git push of {SampleRepository.Owner}/{SampleRepository.Name} {commit.Short}"
            : $"{SampleRepository.Owner}/{SampleRepository.Name} {commit.Short} is known; its services start again");
        return await progress.FollowAsync(app.Services.GetRequiredService<JournalReader>(), commit, stop);
    }

    private static void AddHostSettings(
        Dictionary<string, string?> settings, EmbeddedOptions options, InstallLayout layout, SampleRepository sample)
    {
        // Loopback: whoever else is on the network has no business with a trial.
        settings["Urls"] = options.Url;
        settings["LoadBalancers:Urls"] = options.TrafficUrl;
        settings["DataDirectory"] = options.DataDirectory;
        settings["PublicUrl"] = options.Url;
        settings["People:ReadWithoutSignIn"] = "true";
        settings["GitWebhooks:Secrets:0"] = sample.WebhookSecret();
        settings["Scheduler:PublicUrl"] = $"http://127.0.0.1:{options.Port}";
        settings["Scheduler:TaskRunnerPath"] = layout.TaskRunner;
        settings["Scheduler:ServerKeyPath"] = options.Folder("keys", "server.key");
        settings["Scheduler:TrustPath"] = options.Folder("trust", "trust.json");
        settings["DeployStages:Policy"] = options.StagesFile;
        // The terminal belongs to the progress view; the log goes to a file.
        settings["Serilog:WriteTo:0:Name"] = "File";
        settings["Serilog:WriteTo:0:Args:path"] = options.Folder("server.log");
        settings["Serilog:WriteTo:0:Args:rollOnFileSizeLimit"] = "true";
        settings["Serilog:WriteTo:0:Args:fileSizeLimitBytes"] = "104857600";
        settings["Serilog:WriteTo:0:Args:retainedFileCountLimit"] = "3";
    }

    private static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });

    private static async Task WaitForStopAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        await using var registration = stop.Register(() => stopped.TrySetResult());
        await stopped.Task;
    }
}
