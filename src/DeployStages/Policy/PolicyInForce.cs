using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.Kernel.Yaml;

namespace Pipeline.DeployStages.Policy;

/// <summary>The promotion policy in force. A file with errors refuses the start; later it leaves the old policy in force, and the log
/// says so.</summary>
internal sealed class PolicyInForce
{
    private readonly string path;
    private readonly IReadOnlySet<string>? clusters;
    private readonly ILogger<PolicyInForce> log;
    private volatile Loaded loaded;

    /// <exception cref="PolicyRefusedException">Lists every problem of the file.</exception>
    public PolicyInForce(
        IOptions<DeployStagesOptions> options, IConfiguration configuration, IHostEnvironment host, ILogger<PolicyInForce> log)
    {
        path = Path.IsPathRooted(options.Value.Policy) ? options.Value.Policy : Path.Combine(host.ContentRootPath, options.Value.Policy);
        var named = configuration.GetSection("Clusters").GetChildren().Select(c => c.Key).ToHashSet();
        clusters = named.Count == 0 ? null : named;
        this.log = log;
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        var reading = PolicyReader.Read(path, text, clusters);
        loaded = reading.Policy is { } policy ? new Loaded(policy, text) : throw new PolicyRefusedException(reading.Problems);
        Log.PolicyLoaded(log, path, policy.Stages.Count);
    }

    /// <summary>The newest policy without errors.</summary>
    public PromotionPolicy Current => loaded.Policy;

    /// <summary>The name of the file that the rules are written in.</summary>
    public string FileName => Path.GetFileName(path);

    /// <summary>The problems of the newest file; empty when it is in force.</summary>
    public IReadOnlyList<DefinitionProblem> Refused { get; private set; } = [];

    /// <summary>Reads the file again when its text changed. True when another policy is now in force.</summary>
    public bool Reload()
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (IOException)
        {
            return false; // an editor is replacing the file; the next reload finds it
        }

        if (text == loaded.Text)
            return false;
        var reading = PolicyReader.Read(path, text, clusters);
        Refused = reading.Problems;
        loaded = new Loaded(reading.Policy ?? loaded.Policy, text);
        foreach (var problem in reading.Problems)
            Log.PolicyRefused(log, problem);
        if (reading.Policy is { } policy)
            Log.PolicyLoaded(log, path, policy.Stages.Count);
        return reading.Policy is not null;
    }

    private sealed record Loaded(PromotionPolicy Policy, string Text);
}

/// <summary>The policy file has errors and no policy is in force yet.</summary>
internal sealed class PolicyRefusedException(IReadOnlyList<DefinitionProblem> problems)
    : Exception($"The promotion policy has {problems.Count} error(s):\n{string.Join('\n', problems)}")
{
    public IReadOnlyList<DefinitionProblem> Problems { get; } = problems;
}
