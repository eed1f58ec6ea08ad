using System.Xml.Linq;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Tidy;

/// <summary>Who may refer to whom.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Kernel"] = [],
        ["Attestation"] = [],
        ["Mesos"] = [],
        ["GitWebhooks"] = ["Kernel"],
        ["ArtifactStore"] = ["Kernel", "Attestation"],
        ["Scheduler"] = ["Kernel", "Mesos", "Attestation"],
        ["BuildRunner"] = ["Kernel", "GitWebhooks", "ArtifactStore", "Scheduler", "Attestation"],
        ["DeployStages"] = ["Kernel", "GitWebhooks", "ArtifactStore", "Scheduler", "Attestation"],
        ["Server"] = ["Kernel", "Attestation", "Mesos", "GitWebhooks", "BuildRunner", "ArtifactStore", "Scheduler", "DeployStages"],
        ["TaskRunner"] = ["Attestation"],
        ["LocalMesos"] = ["Mesos"],
        ["Cli"] = [],
    };

    [Fact]
    public void Every_project_refers_only_to_those_it_may()
    {
        var offences = new List<string>();
        foreach (var project in Directory.GetFiles(System.IO.Path.Combine(RepositoryRoot.Path, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            var name = System.IO.Path.GetFileNameWithoutExtension(project);
            var referred = XDocument.Load(project).Descendants("ProjectReference")
                .Select(r => System.IO.Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));
            offences.AddRange(referred.Except(Allowed[name]).Select(r => $"src/{name} refers to {r}; ARCHITECTURE.md says why it may not"));
        }

        Assert.Empty(offences);
    }

    [Fact]
    public void Only_Mesos_and_LocalMesos_know_a_wire_type()
    {
        var offences = SourceTree.CSharp("src")
            .Where(f => !SourceTree.Relative(f).StartsWith("src/Mesos/", StringComparison.Ordinal) && !SourceTree.Relative(f).StartsWith("src/LocalMesos/", StringComparison.Ordinal))
            .Where(f => File.ReadAllText(f).Contains("Pipeline.Mesos.Wire", StringComparison.Ordinal))
            .Select(SourceTree.Relative);

        Assert.Empty(offences);
    }
}
