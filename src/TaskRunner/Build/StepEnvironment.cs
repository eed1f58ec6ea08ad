using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Isolation;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Build;

/// <summary>A clean environment for steps (reference: interfaces 6.2): nothing of the agent's but PATH and names, nothing secret but
/// what the spec gives.</summary>
internal static class StepEnvironment
{
    public static Dictionary<string, string> For(RunnerEnvironment runner, BuildSpec spec, StepSpec step, TaskView view)
    {
        var home = view.Home.Seen;
        var environment = new Dictionary<string, string>(runner.Inherited)
        {
            ["CI"] = "true",
            ["PIPELINE"] = "true",
            ["PIPELINE_WORKSPACE"] = view.Work.Seen,
            ["PIPELINE_STEP"] = step.Name,
            ["HOME"] = home,
            ["TMPDIR"] = view.Temporary.Seen,
            ["LANG"] = "C.UTF-8",
            ["TERM"] = "xterm-256color",
            ["FORCE_COLOR"] = "1",
            ["DOTNET_CLI_HOME"] = home,
            ["DOTNET_NOLOGO"] = "true",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "true",
            ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "true",
            ["MSBUILDDISABLENODEREUSE"] = "1",
            // The workspace is no repository; git must not find one above it (an agent's work directory may lie in a clone).
            ["GIT_CEILING_DIRECTORIES"] = Path.GetDirectoryName(view.Work.Seen)!,
        };
        foreach (var (name, value) in spec.Environment.Concat(step.Environment))
            environment[name] = value;
        return environment;
    }
}
