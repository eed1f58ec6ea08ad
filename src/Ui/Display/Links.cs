namespace Pipeline.Ui.Display;

/// <summary>The addresses of the pages, in one place. <c>repository</c> is always <c>owner/name</c>.</summary>
internal static class Links
{
    public static string Repository(string repository) => $"/repos/{repository}";
    public static string Commit(string repository, string sha) => $"/repos/{repository}/commits/{sha}";
    public static string Branch(string repository, string branch) => $"/repos/{repository}/branches/{Path(branch)}";
    public static string Build(string repository, long number) => $"/repos/{repository}/builds/{number}";
    public static string Module(string repository, long number, string module) => $"/repos/{repository}/builds/{number}/{Segment(module)}";
    public static string Release(string repository, long number) => $"/repos/{repository}/releases/{number}";
    public static string ReleaseStage(string repository, long number, string stage) =>
        $"/repos/{repository}/releases/{number}/{Segment(stage)}";
    public static string ReleaseByDigest(string digest) => $"/releases/{Hex(digest)}";
    public static string Delivery(string id) => $"/hooks/deliveries/{Segment(id)}";
    public static string Promotion(Guid id) => $"/promotions/{id}";
    public static string Artifact(string digest) => $"/artifacts/{Hex(digest)}";
    public static string Deployable(string name) => $"/deployables/{Segment(name)}";
    public static string Stage(string name) => $"/stages/{Segment(name)}";
    public const string Routes = "/routes";
    public static string Cluster(string name) => $"/clusters/{Segment(name)}";
    public static string Agent(string cluster, string host) => $"/clusters/{Segment(cluster)}/agents/{Segment(host)}";
    public static string Request(string cluster, string request) => $"/clusters/{Segment(cluster)}/requests/{Segment(request)}";
    public static string Task(string cluster, string task) => $"/clusters/{Segment(cluster)}/tasks/{Segment(task)}";

    /// <summary>The log of one step, as HTTP gives it: plain with <c>tail</c> or <c>Range</c>, followed as server-sent events.</summary>
    public static string StepLog(Guid build, string module, int step) =>
        $"/api/v1/builds/{build}/modules/{Segment(module)}/steps/{step}/log";

    /// <summary>The 64 digits without <c>sha256:</c>.</summary>
    public static string Hex(string digest) => digest.StartsWith("sha256:", StringComparison.Ordinal) ? digest[7..] : digest;

    private static string Segment(string text) => Uri.EscapeDataString(text);
    private static string Path(string text) => string.Join('/', text.Split('/').Select(Uri.EscapeDataString));
}
