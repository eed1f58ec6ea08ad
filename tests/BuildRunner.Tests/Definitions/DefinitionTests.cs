using System.Text;
using CsCheck;
using Pipeline.BuildRunner.Definitions;

namespace Pipeline.BuildRunner.Tests.Definitions;

public sealed class DefinitionTests
{
    private const string Whole = """
        x-steps: &steps
          - { name: test, run: ./test.sh, timeout: 5m, env: { A: on, B: 08 } }
        modules:
          common: { path: ./common/, steps: *steps }
          api:
            path: services/api
            depends_on: [common]
            image: debian:12
            resources: { cpus: 1, memory: 1GiB, disk: 2GB }
            timeout: 15m
            steps:
              - name: package
                run: |
                  set -e
                  ./package.sh
            artifacts:
              - { name: api, path: out/api }
        deployables:
          api-web:
            kind: service
            artifact: api
            run: ./server --port $PORT0
            instances: 2
            resources: { cpus: 0.5, memory: 256MB, ports: 1 }
            health: { http: /healthz, startup: 120s, interval: 5s, timeout: 500ms, successes: 2, healthy_for: 1m30s }
            env: { LOG_LEVEL: info }
            route: /api
            stages: { production: { instances: 6, env: { LOG_LEVEL: warn }, resources: { cpus: 1 } } }
        """;

    [Fact]
    public void Every_key_of_this_version_is_read()
    {
        var result = DefinitionParser.Parse(".pipeline.yaml", Whole);
        Assert.Empty(result.Problems);
        var (common, api) = (result.Definition!.Modules[0], result.Definition.Modules[1]);
        var step = common.Steps[0];
        Assert.Equal(("common", 300.0, "on", "08"), (common.Path, step.TimeoutSeconds, step.Env["A"], step.Env["B"]));
        Assert.Equal(("services/api", 1024m, 2048m, 900.0), (api.Path, api.Resources.MemoryMb, api.Resources.DiskMb, api.TimeoutSeconds));
        Assert.Equal(["common"], api.DependsOn);
        Assert.Equal("set -e\n./package.sh", api.Steps[0].Run.TrimEnd());
        var web = Assert.Single(result.Definition.Deployables);
        var (need, health) = (web.Resources, web.Health!);
        Assert.Equal((256m, 1, 0.5, 90.0), (need.MemoryMb, need.Ports, health.TimeoutSeconds, health.HealthyForSeconds));
        Assert.Equal((6, 1m), (web.Stages["production"].Instances, web.Stages["production"].Cpus));
    }

    [Fact]
    public void Without_modules_the_file_is_one_module()
    {
        var result = DefinitionParser.Parse(".pipeline.yaml", "steps: [{ run: ./test.sh }]");
        Assert.Equal(("build", ""), (result.Definition!.Modules[0].Name, result.Definition.Modules[0].Path));
    }

    // The text, the line of the problem, a part of its message or hint.
    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("[a]", 1, "must be a map")]
    [InlineData("modules: {}", 1, "empty")]
    [InlineData("deployables: {}", 1, "nothing says what to build")]
    [InlineData("steps: [{ run: x }]\nstepz: 1", 2, "Did you mean 'steps'?")]
    [InlineData("modules:\n  a:\n    needs: [b]\n    steps: [{ run: x }]", 3, "'needs' is called 'depends_on' here.")]
    [InlineData("steps:\n  - name: a\n    script: x\n    run: y", 3, "'script' is called 'run' here.")]
    [InlineData("steps:\n  - name: a\n", 2, "'run' is missing")]
    [InlineData("steps: [{ run: x }]\nsteps: []", 2, "twice")]
    [InlineData("steps: [{ run: x, cache: { key: a } }]", 1, "not available in this version")]
    [InlineData("steps: [{ run: x }]\ntimeout: 90", 2, "Write 90s")]
    [InlineData("steps: [{ run: x }]\ntimeout: 0s", 2, "duration")]
    [InlineData("steps: [{ run: x }]\nresources: { memory: 1Gx }", 2, "size")]
    [InlineData("steps: [{ run: x }]\nresources:\n  cpus: \"1\"", 3, "without quotes")]
    [InlineData("steps: [{ run: x }]\nresources:\n  cpus: -1", 3, "number from")]
    [InlineData("steps: x", 1, "must be a list")]
    [InlineData("steps: [x]", 1, "A step must be a map")]
    [InlineData("steps: [{ run: x }]\npath: ../other", 2, "inside the repository")]
    [InlineData("steps: [{ run: x }]\nenv:\n  1A: b", 3, "cannot name an environment variable")]
    [InlineData("steps: [{ run: x }]\nenv:\n  PIPELINE_TOKEN: b", 3, "set by the server")]
    [InlineData("steps: [{ name: a, run: x }, { name: a, run: y }]", 1, "two steps named 'a'")]
    [InlineData("modules:\n  a b:\n    steps: [{ run: x }]", 2, "cannot name a module")]
    [InlineData("modules:\n  a: { depends_on: [a], steps: [{ run: x }] }", 2, "a → a")]
    [InlineData("modules:\n  api: { steps: [{ run: x }] }\n  b: { depends_on: [ap], steps: [{ run: x }] }", 3, "Did you mean 'api'?")]
    [InlineData("modules:\n  a: { depends_on: ['o/r:m'], steps: [{ run: x }] }", 2, "other repositories are not available")]
    [InlineData("modules:\n  a: { steps: [{ run: x }] }\n  A: { steps: [{ run: x }] }", 3, "differ by case only")]
    [InlineData("modules:\n  a: { path: x }", 2, "has no steps")]
    [InlineData("modules:\n  a: { steps: [{ run: x }] }\nsteps: []", 3, "belongs in a module")]
    [InlineData("steps: [{ run: x }]\ndeployables:\n  w: { artifact: z, run: y }", 3, "No module makes an artifact 'z'")]
    [InlineData(Cron + "}", 4, "'schedule' is missing")]
    [InlineData(Cron + ",\n    schedule: '0 25 * * *' }", 5, "'0 25 * * *' is not a schedule")]
    [InlineData(Cron + ",\n    schedule: '0 3 * *' }", 5, "has 4 fields")]
    [InlineData(Cron + ",\n    schedule: '0 3 30 2 *' }", 5, "never fires")]
    [InlineData(Cron + ", schedule: '0 3 * * *',\n    timezone: Athens }", 5, "'Athens' is not a time zone")]
    [InlineData(Cron + ", schedule: '0 3 * * *',\n    resources: { ports: 1 } }", 5, "gets no ports")]
    [InlineData(Cron + ", schedule: '0 3 * * *',\n    health: { http: / } }", 5, "A cron runs to its end: it has no 'health'")]
    [InlineData(Cron + ", schedule: '0 3 * * *',\n    instances: 2 }", 5, "it has no 'instances'")]
    [InlineData(Cron + ", schedule: '0 3 * * *',\n    overlap: maybe }", 5, "'overlap' must be skip or allow or replace")]
    [InlineData(Cron + ", schedule: '0 3 * * *',\n    run_on_deploy: true }", 5, "A cron has no 'run_on_deploy'")]
    [InlineData(Cron + ", schedule: '0 3 * * *',\n    stages: { qa: { instances: 2 } } }", 5, "has no key 'instances'")]
    [InlineData(Job + ",\n    schedule: '0 3 * * *' }", 5, "A job has no 'schedule'")]
    [InlineData(Job + ",\n    run_on_deploy: maybe }", 5, "must be true or false")]
    [InlineData(Job + ",\n    route: /x }", 5, "A job runs to its end")]
    [InlineData(Service + " kind: on-demand, artifact: a, run: y }", 4, "Write job")]
    [InlineData(Service + " artifact: a, run: y, schedule: '@daily' }", 4, "runs all the time: it has no 'schedule'")]
    [InlineData(Service + " artifact: a, run: y, replicas: 2 }", 4, "'replicas' is called 'instances' here.")]
    [InlineData(Service + " kind: worker, artifact: a, run: y, route: /a }", 4, "takes no traffic")]
    [InlineData("steps: [{ run: x }]\nartifacts: [{ name: a, path: / }]", 2, "inside the repository")]
    [InlineData("steps: *nowhere", 1, "not defined above")]
    [InlineData("steps: [{ run: x }]\n---\na: b", 2, "more than one YAML document")]
    [InlineData("steps:\n\t- run: x", 2, "not YAML")]
    [InlineData("steps: [{ run: x }", 1, "not YAML")]
    [InlineData("steps: [{ run: x }]\nstages: {}", 2, "stages.yaml")]
    public void A_mistake_is_reported_with_its_line_and_a_hint(string text, int line, string part)
    {
        var result = DefinitionParser.Parse(".pipeline.yaml", text);
        Assert.Null(result.Definition);
        Assert.Contains(result.Problems, p => p.Line == line && $"{p.Message} {p.Hint}".Contains(part, StringComparison.Ordinal));
        Assert.All(result.Problems, p => Assert.True(p.Line >= 1 && p.Column >= 1));
    }

    private const string Service = Reading.Head + "deployables:\n  w: {";
    private const string Cron = Service + " kind: cron, artifact: a, run: y";
    private const string Job = Service + " kind: job, artifact: a, run: y";

    [Fact]
    public void A_cron_and_a_job_are_read_with_how_they_run()
    {
        var cron = Runs(
            Cron + ", schedule: '0 3 * * *', timezone: Europe/Athens, overlap: replace, catch_up: once, timeout: 1h, retries: 2 }");
        Assert.Equal(new RunsDefinition("0 3 * * *", "Europe/Athens", "replace", "once", null, 3600, 2, null), cron);
        var job = Runs(Job + ", run_on_deploy: true, max_running: 3 }");
        Assert.Equal(new RunsDefinition(null, null, null, null, true, null, null, 3), job);
        Assert.Equal(new RunsDefinition("@daily", "UTC", null, null, null, null, null, null), Runs(Cron + ", schedule: '@daily' }"));
    }

    private static RunsDefinition? Runs(string text)
    {
        var result = DefinitionParser.Parse(".pipeline.yaml", text);
        Assert.Empty(result.Problems);
        var deployable = Assert.Single(result.Definition!.Deployables);
        Assert.Equal((0, 1), (deployable.Resources.Ports, deployable.Instances));
        return deployable.Runs;
    }

    [Fact]
    public void All_mistakes_are_reported_at_once()
    {
        var result = DefinitionParser.Parse(
            ".pipeline.yaml", "modules:\n  a:\n    needs: [b]\n    timeout: 5\n    steps:\n      - { nme: x, run: y }\n  b: []\n");
        Assert.Equal([3, 4, 6, 7], result.Problems.Select(p => p.Line).Distinct());
    }

    [Fact]
    public void A_path_that_is_not_in_the_repository_is_reported()
    {
        var result = DefinitionParser.Parse(".pipeline.yaml", "steps: [{ run: x }]\npath: gone", path => path != "gone");
        Assert.Equal(2, Assert.Single(result.Problems).Line);
    }

    [Fact]
    public void Anchors_that_multiply_are_refused()
    {
        var text = new StringBuilder("x-a: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
            text.Append(string.Concat("x-", i, ": &a", i, " [", string.Join(", ", Enumerable.Repeat("*a" + (i - 1), 10)), "]\n"));
        Assert.Contains("anchors", Reading.Problem(text + "steps: *a11"), StringComparison.Ordinal);
        Assert.Contains("deeper", Reading.Problem(new string('[', 5000)), StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_lines_are_fine_and_a_flood_of_mistakes_is_cut()
    {
        var long_ = new StringBuilder("steps:\n  - name: a\n    run: |\n");
        for (var i = 0; i < 4_000; i++)
            long_.Append("      echo\n");
        Reading.Definition(long_ + "env:\n  A: b\n" + string.Concat(Enumerable.Range(0, 6_000).Select(i => $"x-{i}: {i}\n")));
        var flood = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"key{i}: {i}\n"));
        Assert.Equal(101, Reading.Problems("steps: [{ run: x }]\n" + flood).Count);
    }

    [Fact]
    public void No_text_whatsoever_throws()
    {
        string[] words =
        [
            "modules", "steps", "run", ":", ": ", "\n", "\n  ", "- ", "{", "}", "[", "]", ",", "&a ", "*a", "<<: *a\n",
            "|", ">", "'", "\"", "#",
            "!!int ", "---\n", "\t", "?",
            "%YAML 1.2\n", "é", "\0", "\u2028", "\ud800", "api", "depends_on", "deployables", "~", "\\x", "@", "`",
            "90s", "health", "stages", "env", "...\n",
        ];
        Gen.Int[0, words.Length - 1].Array[0, 60].Sample(
            indexes =>
            {
                var result = DefinitionParser.Parse("f", string.Concat(indexes.Select(i => words[i])));
                return (result.Definition is null) == (result.Problems.Count > 0);
            },
            iter: 3_000);
        Gen.String.Sample(text => DefinitionParser.Parse("f", text).Problems.Count >= 0, iter: 2_000);
    }
}
