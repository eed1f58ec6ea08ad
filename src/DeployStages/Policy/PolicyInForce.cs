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
    private readonly PolicyFile file;
    private readonly ILogger<PolicyInForce> log;
    private volatile Loaded loaded;

    /// <exception cref="PolicyRefusedException">Lists every problem of the file.</exception>
    public PolicyInForce(
        IOptions<DeployStagesOptions> options, IConfiguration configuration, IHostEnvironment host, ILogger<PolicyInForce> log)
    {
        file = PolicyFile.Of(options.Value, configuration, host);
        this.log = log;
        var text = file.Text();
        var reading = file.Read(text);
        loaded = reading.Policy is { } policy ? new Loaded(policy, text!) : throw new PolicyRefusedException(reading.Problems);
        Log.PolicyLoaded(log, file.Path, policy.Stages.Count);
    }

    /// <summary>The newest policy without errors.</summary>
    public PromotionPolicy Current => loaded.Policy;

    /// <summary>The name of the file that the rules are written in.</summary>
    public string FileName => Path.GetFileName(file.Path);

    /// <summary>The problems of the newest file; empty when it is in force.</summary>
    public IReadOnlyList<DefinitionProblem> Refused { get; private set; } = [];

    /// <summary>Reads the file again when its text changed. True when another policy is now in force.</summary>
    public bool Reload()
    {
        string text;
        try
        {
            text = File.ReadAllText(file.Path);
        }
        catch (IOException)
        {
            return false; // an editor is replacing the file; the next reload finds it
        }

        if (text == loaded.Text)
            return false;
        var reading = file.Read(text);
        Refused = reading.Problems;
        loaded = new Loaded(reading.Policy ?? loaded.Policy, text);
        foreach (var problem in reading.Problems)
            Log.PolicyRefused(log, problem);
        if (reading.Policy is { } policy)
            Log.PolicyLoaded(log, file.Path, policy.Stages.Count);
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
