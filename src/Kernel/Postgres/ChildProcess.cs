using System.Diagnostics;

namespace Pipeline.Kernel.Postgres;

/// <summary>Runs a program to its end and gives back what it said.</summary>
public static class ChildProcess
{
    /// <summary>How the program ended, and what it wrote.</summary>
    /// <param name="ExitCode">0 when it succeeded.</param>
    /// <param name="Output">What it wrote to its standard output.</param>
    /// <param name="Error">What it wrote to its standard error.</param>
    public sealed record Result(int ExitCode, string Output, string Error)
    {
        /// <exception cref="InvalidOperationException">When the exit code is not 0; carries what the program said.</exception>
        public Result ThrowIfFailed(string what) =>
            ExitCode == 0 ? this : throw new InvalidOperationException(
                $"{what} failed (exit {ExitCode}): {(Error.Length > 0 ? Error : Output).Trim()}");
    }

    /// <summary>Runs the program with the arguments as they are, without a shell; a cancelled one is killed with its children.</summary>
    public static async Task<Result> RunAsync(
        string file, IEnumerable<string> arguments, CancellationToken ct,
        string? workingDirectory = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new Result(process.ExitCode, await output, await error);
    }
}
