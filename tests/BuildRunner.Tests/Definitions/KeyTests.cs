using Pipeline.BuildRunner.Definitions;
using Pipeline.TestKit;
using static Pipeline.BuildRunner.Tests.Definitions.Reading;

namespace Pipeline.BuildRunner.Tests.Definitions;

/// <summary>Nothing is ignored silently, and no hint leads to a key that is refused there.</summary>
public sealed class KeyTests
{
    public static TheoryData<string> Names => [.. All.Keys];

    private static readonly Dictionary<string, Keys> All = new()
    {
        ["root"] = Keys.Root,
        ["root of modules"] = Keys.RootOfModules,
        ["module"] = Keys.Module,
        ["step"] = Keys.Step,
        ["artifact"] = Keys.Artifact,
        ["module resources"] = Keys.ModuleResources,
        ["resources"] = Keys.Resources,
        ["run resources"] = Keys.RunResources,
        ["stage resources"] = Keys.StageResources,
        ["any deployable"] = Keys.AnyDeployable,
        ["service"] = Keys.DeployableOf("service"),
        ["worker"] = Keys.DeployableOf("worker"),
        ["cron"] = Keys.DeployableOf("cron"),
        ["job"] = Keys.DeployableOf("job"),
        ["health"] = Keys.Health,
        ["stage"] = Keys.Stage,
        ["run stage"] = Keys.RunStage,
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_hint_names_a_key_that_can_be_written_there_or_says_why_not(string name)
    {
        var keys = All[name];
        foreach (var key in keys.Foreign.Keys.Concat(keys.Known.Select(k => k + "s")).Concat(keys.Known.Select(k => k.ToUpperInvariant())))
        {
            var (message, hint) = keys.Explain(key);
            Assert.Contains($"'{key}'", message, StringComparison.Ordinal);
            Assert.NotNull(hint);
            if (NamedBy(hint) is not { } ours)
                continue;
            Assert.Contains(ours, keys.Known);
            if (keys.Refused.TryGetValue(ours, out var why))
                Assert.EndsWith($" {why}.", hint, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_key_of_the_design_is_refused_as_not_available_and_is_no_known_key(string name)
    {
        var keys = All[name];

        Assert.Empty(keys.Later.Intersect(keys.Known));
        Assert.All(keys.Later, k => Assert.Equal(
            ($"'{k}' is not available in this version.", "Remove it; nothing would act on it."), keys.Explain(k)));
        Assert.Empty(keys.Foreign.Keys.Intersect(keys.Known));
        Assert.Subset(keys.Known.ToHashSet(), keys.Refused.Keys.ToHashSet());
    }

    // The file, and every problem of it.
    [Theory]
    [InlineData("steps: [{ run: x }]\nstepz: 1", "2:1: The file has no key 'stepz'. (Did you mean 'steps'?)")]
    [InlineData("steps: [{ run: x }]\nTimeout: 1h", "2:1: The file has no key 'Timeout'. (Did you mean 'timeout'?)")]
    [InlineData("steps: [{ RUN: x, run: y }]", "1:11: A step has no key 'RUN'. (Did you mean 'run'?)")]
    [InlineData("steps: [{ run: x }]\nwholly: 1",
        "2:1: The file has no key 'wholly'. (Known are modules, deployables, path, depends_on, image, resources, timeout, env, steps, "
        + "artifacts; keys that start with x- are free.)")]
    [InlineData("modules: { a: { steps: [{ run: x }] } }\nwholly: 1",
        "2:1: The file has no key 'wholly'. (Known are modules, deployables; keys that start with x- are free.)")]
    [InlineData("modules: { a: { steps: [{ run: x }] } }\nstep: 1",
        "2:1: The file has no key 'step'. (Did you mean 'steps'? But it belongs in a module.)")]
    [InlineData("modules: { a: { steps: [{ run: x }] } }\nneeds: [b]",
        "2:1: The file has no key 'needs'. ('needs' is called 'depends_on' here; it belongs in a module.)")]
    [InlineData("modules: { a: { steps: [{ run: x }] } }\nenv: { A: b }",
        "2:6: 'env' belongs in a module when 'modules' is there. (Move it under one of the modules.)")]
    [InlineData("steps: [{ run: x }]\nneeds: [b]", "2:1: The file has no key 'needs'. ('needs' is called 'depends_on' here.)")]
    [InlineData("steps: [{ run: x }]\nstages: {}",
        "2:1: The file has no key 'stages'. (Stages are configured on the server (stages.yaml); here a deployable may say what differs by "
        + "stage.)")]
    [InlineData("steps: [{ run: x }]\non: push", "2:1: The file has no key 'on'. (Every push builds; there is nothing to switch on.)")]
    [InlineData("steps: [{ run: x }]\nversion: 2", "2:1: The file has no key 'version'. (The format has no version; remove the key.)")]
    [InlineData("steps: [{ run: x }]\nname: a", "2:1: The file has no key 'name'. (The repository's name is used.)")]
    [InlineData("steps: [{ run: x, if: y }]", "1:19: 'if' is not available in this version. (Remove it; nothing would act on it.)")]
    [InlineData("steps: [{ run: x, cache: y }]", "1:19: 'cache' is not available in this version. (Remove it; nothing would act on it.)")]
    [InlineData("steps: [{ run: x, script: y }]", "1:19: A step has no key 'script'. ('script' is called 'run' here.)")]
    [InlineData("steps: [{ run: x, '': y }]",
        "1:19: A step has no key ''. (Known are name, run, timeout, env; keys that start with x- are free.)")]
    [InlineData("steps: [{ run: x, ~: y }]",
        "1:19: A step has no key '~'. (Known are name, run, timeout, env; keys that start with x- are free.)")]
    [InlineData("steps: [{ run: x }]\nresources: { ports: 1 }",
        "2:14: 'resources' has no key 'ports'. (Known are cpus, memory, disk; keys that start with x- are free.)")]
    [InlineData("steps: [{ run: x }]\nartifacts: [{ name: a, file: o, path: p }]",
        "2:24: An artifact has no key 'file'. ('file' is called 'path' here.)")]
    public void A_key_that_is_not_known_is_explained(string text, string problem) => Assert.Equal([problem], Problems(text));

    // The keys of a deployable, and every problem of it; the first key is in line 5.
    [Theory]
    [InlineData("replicas: 2", "5:5: A deployable has no key 'replicas'. ('replicas' is called 'instances' here.)")]
    [InlineData("kind: worker; replicas: 2", "6:5: A deployable has no key 'replicas'. ('replicas' is called 'instances' here.)")]
    [InlineData("kind: job; replicas: 2",
        "6:5: A deployable has no key 'replicas'. ('replicas' is called 'instances' here; only a service or worker has it.)")]
    [InlineData("kind: job; instance: 2",
        "6:5: A deployable has no key 'instance'. (Did you mean 'instances'? But only a service or worker has it.)")]
    [InlineData("cron: '@daily'", "5:5: A deployable has no key 'cron'. ('cron' is called 'schedule' here; only a cron has it.)")]
    [InlineData("kind: job; crontab: '@daily'",
        "6:5: A deployable has no key 'crontab'. ('crontab' is called 'schedule' here; only a cron has it.)")]
    [InlineData("kind: worker; ingress: /a",
        "6:5: A deployable has no key 'ingress'. ('ingress' is called 'route' here; only a service has it.)")]
    [InlineData("backoffLimit: 2",
        "5:5: A deployable has no key 'backoffLimit'. ('backoffLimit' is called 'retries' here; only a cron or job has it.)")]
    [InlineData("kind: job; backoffLimit: 2", "6:5: A deployable has no key 'backoffLimit'. ('backoffLimit' is called 'retries' here.)")]
    [InlineData("secrets: [a]", "5:5: 'secrets' is not available in this version. (Remove it; nothing would act on it.)")]
    [InlineData("health: { path: / }", "5:15: 'health' has no key 'path'. ('path' is called 'http' here.)")]
    [InlineData("health: { tcp: 1 }", "5:15: 'tcp' is not available in this version. (Remove it; nothing would act on it.)")]
    [InlineData("resources: { port: 1 }", "5:18: 'resources' has no key 'port'. ('port' is called 'ports' here.)")]
    [InlineData("kind: job; resources: { port: 1 }",
        "6:18: 'resources' has no key 'port'. ('port' is called 'ports' here; a cron or job has none.)")]
    [InlineData("stages: { qa: { resources: { mem: 1 } } }",
        "5:34: 'resources' of a stage has no key 'mem'. ('mem' is called 'memory' here.)")]
    [InlineData("stages: { qa: { resources: { storage: 1G } } }",
        "5:34: 'storage' is not available in this version. (Remove it; nothing would act on it.)")]
    [InlineData("stages: { qa: { run: z } }", "5:21: 'run' is not available in this version. (Remove it; nothing would act on it.)")]
    [InlineData("kind: job; stages: { qa: { count: 2 } }",
        "6:21: A stage of a cron or job has no key 'count'. (Known are env, resources; keys that start with x- are free.)")]
    public void A_key_of_a_deployable_is_explained_by_its_kind(string keys, string problem) =>
        Assert.Equal([problem], Problems(DeployableText(keys)));

    [Fact]
    public void Keys_that_begin_with_x_are_ignored_wherever_they_are()
    {
        var definition = Definition(
            "x-1: [a]\nmodules:\n  x-2: no map\n  m:\n    x-3: 1\n    steps: [{ run: x, x-4: 1 }]\n    resources: { x-5: 1 }\n"
            + "    artifacts: [{ name: a, path: o, x-6: 1 }]\n"
            + "deployables:\n  x-7: no map\n  w: { x-8: 1, artifact: a, run: y, health: { x-9: 1 }, resources: { x-10: 1 }, "
            + "stages: { x-11: 1, qa: { x-12: 1, resources: { x-13: 1 } } } }");

        Assert.Equal(["m"], definition.Modules.Select(m => m.Name));
        Assert.Equal(["qa"], Assert.Single(definition.Deployables).Stages.Keys);
    }

    [Fact]
    public void A_long_key_is_quoted_by_its_beginning() => Assert.StartsWith(
        $"2:1: The file has no key '{new string('a', 60)}…'. (", Problem($"steps: [{{ run: x }}]\n{new string('a', 500)}: 1"),
        StringComparison.Ordinal);

    // The first cell of each table of docs/definition.md, section by section.
    [Theory]
    [InlineData("## A module", "module,module resources,step")]
    [InlineData("## A deployable", "any deployable,resources,health")]
    public async Task The_documentation_has_every_key_and_no_other(string section, string names)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "docs", "definition.md"));
        var part = text[(text.IndexOf(section, StringComparison.Ordinal) + section.Length)..];
        var written = part[..part.IndexOf("\n## ", StringComparison.Ordinal)].Split('\n')
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(l => l.Split('|')[1].Split(','))
            .Select(k => k.Trim(' ', '`').Replace("resources.", "", StringComparison.Ordinal))
            .ToHashSet();
        var known = names.Split(',').SelectMany(n => All[n].Known).Where(k => k != "resources").ToHashSet();

        Assert.Equal(known.Order(), written.Order());
    }

    private static string? NamedBy(string hint) =>
        hint.StartsWith("Did you mean '", StringComparison.Ordinal) ? hint.Split('\'')[1]
        : hint.Contains("' is called '", StringComparison.Ordinal) ? hint.Split('\'')[3]
        : null;
}
