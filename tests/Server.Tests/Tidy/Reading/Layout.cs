namespace Pipeline.Server.Tests.Tidy.Reading;

/// <summary>The layout that the rules hold: the parts of the product, and who may reference whom.</summary>
public static class Layout
{
    /// <summary>Where the flow names the job classes of slices.</summary>
    public static readonly string[] FlowFiles = ["src/Server/Flow.cs", "src/Server/StatusFlow.cs"];

    public static readonly string[] Slices =
        ["People", "GitWebhooks", "BuildRunner", "ArtifactStore", "Scheduler", "DeployStages", "LoadBalancers"];

    public static readonly string[] Programs = ["Cli", "TaskRunner", "LocalMesos"];

    /// <summary>The only projects that put slices together: they see each slice's module and options.</summary>
    public static readonly string[] Composers = ["Server", "Embedded"];

    private static readonly string[] Libraries = ["Kernel", "Attestation", "Mesos", .. Slices, "Ui"];

    public static readonly IReadOnlyDictionary<string, string[]> MayReference = new Dictionary<string, string[]>
    {
        ["Kernel"] = [],
        ["Attestation"] = [],
        ["Mesos"] = [],
        ["People"] = ["Kernel"],
        ["GitWebhooks"] = ["Kernel"],
        ["ArtifactStore"] = ["Kernel", "Attestation"],
        ["Scheduler"] = ["Kernel", "Mesos", "Attestation"],
        ["LoadBalancers"] = ["Kernel", "Scheduler"],
        ["BuildRunner"] = ["Kernel", "GitWebhooks", "ArtifactStore", "Scheduler", "Attestation"],
        ["DeployStages"] = ["Kernel", "GitWebhooks", "ArtifactStore", "Scheduler", "Attestation", "LoadBalancers"],
        ["Ui"] = ["Kernel", .. Slices],
        ["Embedded"] = Libraries,
        ["Server"] = [.. Libraries, "Embedded"],
        ["TaskRunner"] = ["Attestation"],
        ["LocalMesos"] = ["Mesos"],
        ["Cli"] = [],
    };

    /// <summary>Whether the namespace is the slice's contract, or a part of it.</summary>
    public static bool IsContract(string slice, string @namespace) =>
        $"{@namespace}.".StartsWith($"Pipeline.{slice}.Contract.", StringComparison.Ordinal);

    /// <summary>The slice that a namespace belongs to, or null.</summary>
    public static string? SliceOf(string @namespace) =>
        @namespace.Split('.') is ["Pipeline", var name, ..] && Slices.Contains(name) ? name : null;
}
