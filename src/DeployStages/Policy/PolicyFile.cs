using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Kernel.Yaml;

namespace Pipeline.DeployStages.Policy;

/// <summary>The file that the settings name, and the clusters that its stages may use.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Clusters">Null when no cluster is configured: then any name will do.</param>
internal sealed record PolicyFile(string Path, IReadOnlySet<string>? Clusters)
{
    /// <summary>A relative path starts at the server's own folder.</summary>
    public static PolicyFile Of(DeployStagesOptions options, IConfiguration configuration, IHostEnvironment host)
    {
        var clusters = configuration.GetSection("Clusters").GetChildren().Select(c => c.Key).ToHashSet();
        return new PolicyFile(System.IO.Path.Combine(host.ContentRootPath, options.Policy), clusters.Count == 0 ? null : clusters);
    }

    /// <summary>What a text in this file means. A missing file is a problem of its own.</summary>
    public PolicyReading Read(string? text) => text is not null
        ? PolicyReader.Read(Path, text, Clusters)
        : new PolicyReading(
            null, [new DefinitionProblem(Path, 1, 1, "The file does not exist.", "create it or set DeployStages:Policy to another")]);

    /// <summary>Null when there is no file.</summary>
    public string? Text() => File.Exists(Path) ? File.ReadAllText(Path) : null;
}

/// <summary>Refuses the start for every problem of the policy, together with all other settings that are wrong.</summary>
internal sealed class PolicyFileCheck(IConfiguration configuration, IHostEnvironment host) : IValidateOptions<DeployStagesOptions>
{
    public ValidateOptionsResult Validate(string? name, DeployStagesOptions options)
    {
        if (string.IsNullOrEmpty(options.Policy))
            return ValidateOptionsResult.Skip; // [Required] says so
        var file = PolicyFile.Of(options, configuration, host);
        var problems = file.Read(file.Text()).Problems;
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems.Select(p => p.ToString()));
    }
}
