using System.Globalization;
using System.Text;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Isolation;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Run;

/// <summary>What a service or worker sees, and the same in the file <c>deploy.env</c> for people who look into the sandbox.</summary>
internal static class DeployEnvironment
{
    public static Dictionary<string, string> For(RunnerEnvironment runner, RunSpec spec, VerifiedRun verified, TaskView view)
    {
        var environment = new Dictionary<string, string>(runner.Inherited)
        {
            ["HOME"] = view.Home.Seen,
            ["TMPDIR"] = view.Temporary.Seen,
            ["LANG"] = "C.UTF-8",
            ["PIPELINE_STAGE"] = spec.Stage,
            ["PIPELINE_RELEASE"] = spec.ReleaseDigest,
            ["PIPELINE_ARTIFACT"] = verified.Specification.Artifact.Digest,
            ["PIPELINE_DEPLOYABLE"] = spec.Deployable,
            ["PIPELINE_GENERATION"] = spec.Generation.ToString(CultureInfo.InvariantCulture),
            ["OTEL_SERVICE_NAME"] = spec.Deployable,
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"deployment.environment.name={spec.Stage},service.instance.id={runner.TaskId}",
        };
        // What the scheduler and the release say of the task stands: a program that trusts it must not be told otherwise.
        foreach (var (name, value) in verified.Environment)
        {
            if (!IsReserved(name) || !environment.ContainsKey(name))
                environment[name] = value;
        }

        return environment;
    }

    private static bool IsReserved(string name) =>
        name is "INSTANCE_NO" || name.StartsWith("TASK_", StringComparison.Ordinal) || name.StartsWith("PORT", StringComparison.Ordinal)
        || name.StartsWith("PIPELINE_", StringComparison.Ordinal);

    /// <summary>A file that sh can source, readable by its owner only.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, string> environment)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in environment.OrderBy(e => e.Key, StringComparer.Ordinal))
            text.Append(name).Append("='").Append(value.Replace("'", "'\\''", StringComparison.Ordinal)).Append("'\n");
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
