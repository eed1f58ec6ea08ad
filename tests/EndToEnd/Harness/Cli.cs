using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Harness;

/// <summary>The built command line tool, run as a person would.</summary>
public static class Cli
{
    public static Task<ChildProcess.Result> RunAsync(PipelineInstance pipeline, string token, params string[] arguments) =>
        ChildProcess.RunAsync(
            $"{RepositoryRoot.Path}/artifacts/cli/pipeline",
            arguments,
            CancellationToken.None,
            pipeline.Data,
            new Dictionary<string, string?> { ["PIPELINE_URL"] = pipeline.Url, ["PIPELINE_TOKEN"] = token, ["NO_COLOR"] = "1" });
}
