using System.Globalization;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>Variables that the scheduler gives every instance: what a definition says of them would be left out without a word.</summary>
internal static class TaskVariables
{
    private static readonly string[] Always = ["TASK_ID", "TASK_HOST", "TASK_RACK_ID", "INSTANCE_NO"];

    /// <param name="deployable">With <c>env</c>, and that of its stages.</param>
    /// <param name="ports">Of an instance.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static void Check(MapReader deployable, int ports, DefinitionProblems problems)
    {
        string[] given =
        [
            .. Always, .. ports > 0 ? ["PORT"] : Array.Empty<string>(),
            .. Enumerable.Range(0, ports).Select(i => $"PORT{i.ToString(CultureInfo.InvariantCulture)}"),
        ];
        var stages = (deployable.Node("stages") as YamlMap)?.Entries ?? [];
        var variables = stages.Where(s => !Keys.IsFree(s.Key.Text)).Select(s => s.Value as YamlMap).Append(deployable.Map)
            .SelectMany(m => (m?.Entries ?? []).Where(e => e.Key.Text == "env"))
            .SelectMany(e => (e.Value as YamlMap)?.Entries ?? []);
        foreach (var name in variables.Select(v => v.Key).Where(k => given.Contains(k.Text)))
        {
            problems.Add(
                name, $"'{name.Text}' is set by the scheduler for each instance.",
                name.Text.StartsWith("PORT", StringComparison.Ordinal) ? "Let the program listen on $PORT." : "Choose another name.");
        }
    }
}
