using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Commands.Common;

/// <summary>The option <c>--cluster</c>, and the choice when a name is in several clusters.</summary>
internal static class ClusterOption
{
    public static Option<string?> Create(string noun) =>
        new("--cluster") { Description = $"The cluster's name; required when several clusters have the {noun}." };

    /// <summary>The address of a cluster, or of something below it.</summary>
    public static string Path(string cluster, params string[] rest) =>
        string.Join('/', rest.Prepend(cluster).Select(Uri.EscapeDataString).Prepend("api/v1/clusters"));

    /// <exception cref="CommandException">There is none, or there are several.</exception>
    public static JsonElement Single(IReadOnlyList<JsonElement> found, string noun, string name) => found.Count switch
    {
        1 => found[0],
        0 => throw NotFound(noun, name),
        _ => throw Ambiguous(noun, name, found.Select(f => f.Text("cluster"))),
    };

    public static CommandException NotFound(string noun, string name) =>
        new(ExitCodes.NotFound, $"There is no {noun} {name}.", $"For the list run pipeline {noun} list.");

    public static CommandException Ambiguous(string noun, string name, IEnumerable<string> clusters) =>
        new(ExitCodes.Usage, $"Several clusters have the {noun} {name}: {string.Join(", ", clusters)}.", "Add --cluster NAME.");
}
