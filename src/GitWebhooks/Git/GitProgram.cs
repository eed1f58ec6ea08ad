using System.Diagnostics;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Git;

/// <summary>Git's own program over a mirror, for what libgit2 does slower or not at all. No setting of this machine or its user changes
/// what it says or makes.</summary>
internal static class GitProgram
{
    /// <summary>What it wrote, as bytes: git's texts have encodings of their own.</summary>
    /// <exception cref="InvalidOperationException">It failed; carries what it said.</exception>
    public static async Task<byte[]> RunAsync(
        string mirror, IReadOnlyList<string> arguments, CancellationToken ct, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Start(mirror, arguments, environment);
        var said = process.StandardError.ReadToEndAsync(ct);
        try
        {
            using var output = new MemoryStream();
            await process.StandardOutput.BaseStream.CopyToAsync(output, ct);
            await process.WaitForExitAsync(ct);
            return process.ExitCode == 0 ? output.ToArray() : throw Failed(arguments, process.ExitCode, await said);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>The same to its end, for reads in the middle of others that do not wait.</summary>
    public static byte[] Run(string mirror, params string[] arguments)
    {
        using var process = Start(mirror, arguments, null);
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.ToArray() : throw Failed(arguments, process.ExitCode, said);
    }

    /// <summary>The same, of which no more than the first bytes are wanted.</summary>
    public static byte[] RunFor(string mirror, int bytes, params string[] arguments)
    {
        using var process = Start(mirror, arguments, null);
        var output = new byte[bytes];
        var read = process.StandardOutput.BaseStream.ReadAtLeast(output, bytes, throwOnEndOfStream: false);
        if (read == bytes)
        {
            process.Kill();
            process.WaitForExit();
            return output;
        }

        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output[..read] : throw Failed(arguments, process.ExitCode, said);
    }

    private static Process Start(string mirror, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        Transactions.RequireNone();
        var start = new ProcessStartInfo(
            "git", [$"--git-dir={mirror}", "-c", "safe.directory=*", "-c", "core.attributesFile=/dev/null", .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_ATTR_NOSYSTEM"] = "1";
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        process.StandardInput.Close();
        return process;
    }

    private static InvalidOperationException Failed(IReadOnlyList<string> arguments, int exitCode, string said) =>
        new($"git {arguments[0]} failed (exit {exitCode}): {said.Trim()}");
}
