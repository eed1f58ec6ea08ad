using System.Diagnostics;
using System.Globalization;

namespace Pipeline.TestKit;

/// <summary>
/// A Docker engine of its own, from Debian's docker.io: no bridge, no iptables, its data in a temporary directory. Needs root and
/// <c>scripts/install test</c>; a missing engine is an error. Its images are small root file systems made here: no registry is asked.
/// </summary>
public sealed class PrivateDocker : IAsyncDisposable
{
    private static readonly string[] Programs = ["/usr/sbin/dockerd", "/usr/bin/dockerd"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process engine;
    private readonly string directory;

    private PrivateDocker(Process engine, string directory) => (this.engine, this.directory) = (engine, directory);

    /// <summary>Path of the engine's socket.</summary>
    public string Socket => Path.Combine(directory, "docker.sock");

    public static async Task<PrivateDocker> StartAsync()
    {
        var program = Array.Find(Programs, File.Exists)
            ?? throw new InvalidOperationException($"{string.Join(" and ", Programs)} are missing: run scripts/install test.");
        var directory = Directory.CreateTempSubdirectory("pipeline-docker-").FullName;
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        foreach (var argument in (string[])["-c", "exec \"$0\" \"$@\" </dev/null >\"$DOCKER_LOG\" 2>&1", program,
            "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs",
            "--data-root", Path.Combine(directory, "data"), "--exec-root", Path.Combine(directory, "exec"),
            "--pidfile", Path.Combine(directory, "pid"), "--host", "unix://" + Path.Combine(directory, "docker.sock")])
            start.ArgumentList.Add(argument);
        start.Environment["DOCKER_LOG"] = Path.Combine(directory, "log");
        var docker = new PrivateDocker(Process.Start(start)!, directory);
        await Eventually.IsTrueAsync(
            async () => docker.engine.HasExited || (await docker.RunAsync("version")).ExitCode == 0, Patience, "the Docker engine answers");
        return docker.engine.HasExited
            ? throw new InvalidOperationException("dockerd did not start: " + await File.ReadAllTextAsync(start.Environment["DOCKER_LOG"]!))
            : docker;
    }

    /// <summary>An image with busybox as its only program, under the usual names; nothing else.</summary>
    public async Task ImportBusyboxAsync(string image)
    {
        var root = Directory.CreateDirectory(Path.Combine(directory, "root-" + image.Replace(':', '-'))).FullName;
        var tar = root + ".tar";
        await ShellAsync(
            $"mkdir -p '{root}/bin' '{root}/tmp' && cp /bin/busybox '{root}/bin/' && for a in sh cat sleep echo env ls dd tail head id true; do "
            + $"ln -s busybox '{root}/bin/'$a; done && tar -C '{root}' -cf '{tar}' .");
        var (exit, output) = await RunAsync("import", tar, image);
        if (exit != 0)
            throw new InvalidOperationException($"docker import {image}: {output}");
    }

    /// <summary>Busybox, the C library and OpenSSL: what a program that was compiled for Debian needs.</summary>
    /// <param name="more">Files by their absolute path.</param>
    public async Task ImportSmallSystemAsync(string image, IReadOnlyDictionary<string, string> more)
    {
        var root = Directory.CreateDirectory(Path.Combine(directory, "root-" + image.Replace(':', '-').Replace('/', '-'))).FullName;
        foreach (var (path, text) in more)
        {
            var file = root + path;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text);
        }

        await ShellAsync(
            $"mkdir -p '{root}/bin' '{root}/tmp' && cp /bin/busybox '{root}/bin/' && for a in $(busybox --list | grep -vx busybox); do ln -sf busybox '{root}/bin/'$a; done; "
            + $"for l in $(ldd /bin/ls /usr/bin/env | grep -o '/[^ ]*' | grep -v :) /lib/x86_64-linux-gnu/libm.so.6 /lib/x86_64-linux-gnu/libgcc_s.so.1 "
            + "/usr/lib/x86_64-linux-gnu/libssl.so.3 /usr/lib/x86_64-linux-gnu/libcrypto.so.3; "
            + $"do mkdir -p '{root}'$(dirname $l) && cp -L $l '{root}'$l; done; tar -C '{root}' -cf '{root}.tar' .");
        var (exit, output) = await RunAsync("import", root + ".tar", image);
        if (exit != 0)
            throw new InvalidOperationException($"docker import {image}: {output}");
    }

    /// <summary>The docker command on this engine.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/docker")
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.ArgumentList.Add("--host");
        start.ArgumentList.Add("unix://" + Socket);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output.Trim());
    }

    public async ValueTask DisposeAsync()
    {
        await ShellAsync($"kill -TERM {engine.Id.ToString(CultureInfo.InvariantCulture)} || true");
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
        {
            try
            {
                await engine.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                engine.Kill(entireProcessTree: true);
                await engine.WaitForExitAsync(CancellationToken.None);
            }
        }

        engine.Dispose();
        // Namespaces may still be mounted below it.
        await ShellAsync($"for m in $(grep -o ' {directory}[^ ]*' /proc/mounts); do umount -l \"$m\"; done; rm -rf '{directory}'");
    }

    private static async Task ShellAsync(string script)
    {
        using var shell = Process.Start("/bin/sh", ["-c", script]);
        await shell.WaitForExitAsync();
    }
}
