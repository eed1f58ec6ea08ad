using Pipeline.Kernel.Yaml;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>What only crons and jobs have, and what they cannot have.</summary>
internal static class RunsReader
{
    private static readonly string[] OfServices = ["instances", "health", "route"];
    private static readonly string[] OfCrons = ["schedule", "timezone", "overlap", "catch_up"];
    private static readonly string[] OfJobs = ["run_on_deploy", "max_running"];
    private static readonly string[] OfBoth = ["timeout", "retries"];
    private static readonly string[] Overlaps = ["skip", "allow", "replace"];
    private static readonly string[] CatchUps = ["none", "once"];

    /// <returns>Null for what runs all the time, and when the kind is not known.</returns>
    public static RunsDefinition? Read(MapReader map, string? kind, DefinitionProblems problems)
    {
        if (kind is null)
            return null;
        if (kind is not ("cron" or "job"))
        {
            Refuse(map, [.. OfCrons, .. OfJobs, .. OfBoth], k => $"A {kind} runs all the time: it has no '{k}'.",
                "Make it a cron or a job, or remove the key.", problems);
            return null;
        }

        Refuse(map, OfServices, k => $"A {kind} runs to its end: it has no '{k}'.", "Remove it, or make it a service or worker.", problems);
        Refuse(map, kind == "cron" ? OfJobs : OfCrons, k => $"A {kind} has no '{k}'.",
            kind == "cron"
                ? "Only a job has it; a cron runs by its schedule, and on request."
                : "Only a cron has it; make it one, or remove the key.",
            problems);
        var timeout = map.Has("timeout") ? map.Seconds("timeout", 0) : (double?)null;
        var retries = map.Has("retries") ? map.Integer("retries", 0, 0, 20) : (int?)null;
        return kind == "cron"
            ? ReadCron(map, problems) with { TimeoutSeconds = timeout, Retries = retries }
            : new RunsDefinition(
                null, null, null, null, ReadFlag(map, "run_on_deploy", problems), timeout, retries,
                map.Has("max_running") ? map.Integer("max_running", 1, 1, 1000) : null);
    }

    private static RunsDefinition ReadCron(MapReader map, DefinitionProblems problems)
    {
        var zone = map.Text("timezone") ?? "UTC";
        var isZone = Schedules.IsTimeZone(zone);
        if (!isZone)
            problems.Add(map.At("timezone"), $"{TextRules.Quote(zone)} is not a time zone.", "Give an IANA name such as Europe/Athens.");
        var schedule = map.Text("schedule", required: true, 100)?.Trim();
        if (schedule is not null && Schedules.ProblemOf(new Schedule(schedule, isZone ? zone : "UTC")) is { } wrong)
            problems.Add(map.At("schedule"), wrong, "For example \"0 3 * * *\": at 3:00 every day.");
        return new RunsDefinition(
            schedule, zone, ReadWord(map, "overlap", Overlaps, problems), ReadWord(map, "catch_up", CatchUps, problems), null, null,
            null, null);
    }

    private static string? ReadWord(MapReader map, string key, string[] words, DefinitionProblems problems)
    {
        if (map.Text(key) is not { } word)
            return null;
        if (!words.Contains(word))
            problems.Add(map.At(key), $"'{key}' must be {string.Join(" or ", words)}, not {TextRules.Quote(word)}.");
        return word;
    }

    private static bool? ReadFlag(MapReader map, string key, DefinitionProblems problems)
    {
        if (map.Node(key) is not { } node)
            return null;
        if (node is YamlScalar { IsPlain: true, Text: "true" or "false" } flag)
            return flag.Text == "true";
        problems.Add(node, $"'{key}' must be true or false, not {TextRules.Describe(node)}.");
        return null;
    }

    private static void Refuse(MapReader map, string[] keys, Func<string, string> message, string hint, DefinitionProblems problems)
    {
        foreach (var key in keys.Where(map.Has))
            problems.Add(map.At(key), message(key), hint);
    }
}
