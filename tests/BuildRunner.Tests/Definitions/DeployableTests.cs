using Pipeline.BuildRunner.Definitions;
using static Pipeline.BuildRunner.Tests.Definitions.Reading;

namespace Pipeline.BuildRunner.Tests.Definitions;

/// <summary>The section on deployables of docs/definition.md, key by key and kind by kind.</summary>
public sealed class DeployableTests
{
    private const string Path = " (It has no spaces, no '#', and other characters as their %-codes.)";
    private const string Zone = " (Give an IANA name such as Europe/Athens.)";
    private const string Name = " (Use up to 63 letters, digits, '.', '_' or '-'; begin with a letter or digit.)";
    private const string Continuous = " (Make it a cron or a job, or remove the key.)";
    private const string Finite = " (Remove it, or make it a service or worker.)";

    private const string RouteRule = " (Write segments of letters, digits, '.', '_', '~' and '-', such as /shop or /shop/v2.)";

    [Theory]
    [InlineData("service", 1)]
    [InlineData("worker", 0)]
    public void What_runs_all_the_time_has_the_defaults_of_the_documentation(string kind, int ports)
    {
        var w = Deployable($"kind: {kind}");

        Assert.Equal(("w", kind, "a", "y", 1, null, null), (w.Name, w.Kind, w.Artifact, w.Run, w.Instances, w.Image, w.Route));
        Assert.Equal(new ResourceDefinition(0.1m, 128, 128, ports), w.Resources);
        Assert.Null(w.Health);
        Assert.Null(w.Runs);
        Assert.Empty(w.Env);
        Assert.Empty(w.Stages);
    }

    [Theory]
    [InlineData("/shop", "/shop")]
    [InlineData("/shop", "/shop/")]
    [InlineData("/shop", "/Shop")]
    public void Two_deployables_cannot_have_one_route(string one, string other) => Assert.Equal(
        "5:37: 'a1' has this route already. (Give each service a route of its own.)",
        Problem($"{Head}deployables:\n  a1: {{ artifact: a, run: y, route: {one} }}\n  a2: {{ artifact: a, run: y, route: {other} }}\n"));

    [Fact]
    public void Without_a_kind_it_is_a_service() => Assert.Equal(("service", 1), (Deployable("").Kind, Deployable("").Resources.Ports));

    [Fact]
    public void A_health_check_has_the_defaults_of_the_documentation()
    {
        Assert.Equal(new HealthDefinition(null, 120, 5, 5, 2, 1), Deployable("health: {}").Health);
        Assert.Equal(
            new HealthDefinition("/h?x=1", 60, 2, 0.5, 100, 90),
            Deployable("health: { http: /h?x=1, startup: 60s, interval: 2s, timeout: 500ms, successes: 100, healthy_for: 1m30s }").Health);
    }

    [Fact]
    public void A_stage_says_what_differs_and_nothing_else()
    {
        var stages = Deployable("stages: { b: {}, a: { instances: 6, env: { A: b }, resources: { cpus: 1.5, memory: 1G } } }").Stages;

        Assert.Equal(["a", "b"], stages.Keys);
        Assert.Equal((6, 1.5m, 1024m, "b"), (stages["a"].Instances, stages["a"].Cpus, stages["a"].MemoryMb, stages["a"].Env["A"]));
        Assert.Equal((null, null, null, 0), (stages["b"].Instances, stages["b"].Cpus, stages["b"].MemoryMb, stages["b"].Env.Count));
    }

    [Fact]
    public void A_cron_and_a_job_have_the_defaults_of_the_documentation()
    {
        var cron = Deployable("kind: cron; schedule: '@daily'");
        Assert.Equal((1, 0), (cron.Instances, cron.Resources.Ports));
        Assert.Equal(new RunsDefinition("@daily", "UTC", null, null, null, null, null, null), cron.Runs);
        Assert.Equal(new RunsDefinition(null, null, null, null, null, null, null, null), Deployable("kind: job").Runs);
    }

    // The keys of a deployable besides its artifact and command, without a problem.
    [Theory]
    [InlineData("instances: 1")]
    [InlineData("instances: 1000")]
    [InlineData("resources: { ports: 0 }")]
    [InlineData("resources: { ports: 20 }")]
    [InlineData("kind: worker; resources: { ports: 1 }; health: {}")]
    [InlineData("route: /")]
    [InlineData("route: /a/b-c_d.e~f")]
    [InlineData("route: /a..b")]
    [InlineData("health: { successes: 1 }")]
    [InlineData("kind: cron; schedule: '*/5 * * * *'; overlap: skip; catch_up: none")]
    [InlineData("kind: cron; schedule: '0 */5 * * * *'; overlap: allow; catch_up: once")]
    [InlineData("kind: cron; schedule: '0 3 * * MON'; timezone: America/New_York; overlap: replace")]
    [InlineData("kind: job; run_on_deploy: false; retries: 0; max_running: 1")]
    [InlineData("kind: job; retries: 20; max_running: 1000; timeout: 7d")]
    [InlineData("kind: job; stages: { qa: { env: { A: b }, resources: { cpus: 1 } } }")]
    public void What_is_allowed_is_read(string keys) => Assert.Equal("w", Deployable(keys).Name);

    // The keys of a deployable, and every problem; the first key is in line 5, column 5.
    [Theory]
    [InlineData("instances: 0", "5:16: 'instances' must be a whole number from 1 to 1000, not '0'.")]
    [InlineData("instances: 1001", "5:16: 'instances' must be a whole number from 1 to 1000, not '1001'.")]
    [InlineData("instances: 1.5", "5:16: 'instances' must be a whole number from 1 to 1000, not '1.5'.")]
    [InlineData("instances: 99999999999", "5:16: 'instances' must be a whole number from 1 to 1000, not '99999999999'.")]
    [InlineData("instances: '2'", "5:16: 'instances' must be a whole number from 1 to 1000, not '2'. (Write it without quotes.)")]
    [InlineData("instances: two", "5:16: 'instances' must be a whole number from 1 to 1000, not 'two'.")]
    [InlineData("resources: { ports: 21 }", "5:25: 'ports' must be a whole number from 0 to 20, not '21'.")]
    [InlineData("resources: { ports: -1 }", "5:25: 'ports' must be a whole number from 0 to 20, not '-1'.")]
    [InlineData("resources: { ports: 0 }; health: {}", "6:13: A health check needs a port. (Set resources: { ports: 1 }.)")]
    [InlineData("kind: worker; health: {}", "6:13: A health check needs a port. (Set resources: { ports: 1 }.)")]
    [InlineData("resources: { ports: 0 }; route: /a", "6:12: A route needs a port. (Set resources: { ports: 1 }.)")]
    [InlineData("kind: worker; route: /a", "6:12: A worker takes no traffic, so it has no route. (Remove 'route', or make it a service.)")]
    [InlineData("health: { successes: 0 }", "5:26: 'successes' must be a whole number from 1 to 100, not '0'.")]
    [InlineData("health: { successes: 101 }", "5:26: 'successes' must be a whole number from 1 to 100, not '101'.")]
    [InlineData("health: /healthz", "5:13: 'health' must be a map, not '/healthz'.")]
    [InlineData("health: { http: healthz }", "5:21: 'http' must be a path that begins with '/', not 'healthz'.")]
    [InlineData("health: { http: '/a b' }", "5:21: 'http' must be a path that begins with '/', not '/a b'." + Path)]
    [InlineData("health: { http: \"/a\\r\\nHost: b\" }", "5:21: 'http' must be a path that begins with '/', not '/a Host: b'." + Path)]
    [InlineData("health: { http: /\u00e9 }", "5:21: 'http' must be a path that begins with '/', not '/\u00e9'." + Path)]
    [InlineData("health: { http: \"/\\x7f\" }", "5:21: 'http' must be a path that begins with '/', not '/\u007f'." + Path)]
    [InlineData("health: { http: '/a#b' }", "5:21: 'http' must be a path that begins with '/', not '/a#b'." + Path)]
    [InlineData("image: a b", "5:12: 'a b' cannot name an image. (Write it without spaces, such as debian:13.)")]
    [InlineData("route: api", "5:12: 'api' cannot be a route." + RouteRule)]
    [InlineData("route: /a?b", "5:12: '/a?b' cannot be a route." + RouteRule)]
    [InlineData("route: '/a#b'", "5:12: '/a#b' cannot be a route." + RouteRule)]
    [InlineData("route: '/a b'", "5:12: '/a b' cannot be a route." + RouteRule)]
    [InlineData("route: '/a\\b'", "5:12: '/a\\b' cannot be a route." + RouteRule)]
    [InlineData("route: /a/../b", "5:12: '/a/../b' cannot be a route." + RouteRule)]
    [InlineData("route: /..", "5:12: '/..' cannot be a route." + RouteRule)]
    [InlineData("route: '/r{'", "5:12: '/r{' cannot be a route." + RouteRule)]
    [InlineData("route: '/a*'", "5:12: '/a*' cannot be a route." + RouteRule)]
    [InlineData("route: '/{**all}'", "5:12: '/{**all}' cannot be a route." + RouteRule)]
    [InlineData("route: '/{id:int}'", "5:12: '/{id:int}' cannot be a route." + RouteRule)]
    [InlineData("route: /a%2Fb", "5:12: '/a%2Fb' cannot be a route." + RouteRule)]
    [InlineData("route: //", "5:12: '//' cannot be a route." + RouteRule)]
    [InlineData("route: /a//b", "5:12: '/a//b' cannot be a route." + RouteRule)]
    [InlineData("route: /a/./b", "5:12: '/a/./b' cannot be a route." + RouteRule)]
    [InlineData("kind: servce", "5:11: 'kind' must be service, worker, cron or job, not 'servce'. (Did you mean 'service'?)")]
    [InlineData("kind: Cron; schedule: '@daily'", "5:11: 'kind' must be service, worker, cron or job, not 'Cron'. (Did you mean 'cron'?)")]
    [InlineData("kind: lambda; health: {}; route: /a; timeout: 1h",
        "5:11: 'kind' must be service, worker, cron or job, not 'lambda'.")]
    [InlineData("kind: on-demand", "5:11: 'kind' must be service, worker, cron or job, not 'on-demand'. (Write job: it runs on request.)")]
    [InlineData("kind: run-once", "5:11: 'kind' must be service, worker, cron or job, not 'run-once'. (Write job: it runs on request.)")]
    [InlineData("kind: task", "5:11: 'kind' must be service, worker, cron or job, not 'task'. (Write job: it runs on request.)")]
    [InlineData("schedule: '@daily'", "5:15: A service runs all the time: it has no 'schedule'." + Continuous)]
    [InlineData("kind: worker; timeout: 1h; retries: 1", "6:14: A worker runs all the time: it has no 'timeout'." + Continuous,
        "7:14: A worker runs all the time: it has no 'retries'." + Continuous)]
    [InlineData("kind: job; instances: 2; health: {}; route: /", "6:16: A job runs to its end: it has no 'instances'." + Finite,
        "7:13: A job runs to its end: it has no 'health'." + Finite, "8:12: A job runs to its end: it has no 'route'." + Finite)]
    [InlineData("kind: job; resources: { ports: 1 }",
        "6:25: A job runs to its end and gets no ports. (Remove 'ports', or make it a worker.)")]
    [InlineData("kind: job; overlap: skip; catch_up: none",
        "6:14: A job has no 'overlap'. (Only a cron has it; make it one, or remove the key.)",
        "7:15: A job has no 'catch_up'. (Only a cron has it; make it one, or remove the key.)")]
    [InlineData("kind: job; run_on_deploy: yes", "6:20: 'run_on_deploy' must be true or false, not 'yes'.")]
    [InlineData("kind: job; run_on_deploy: 'true'", "6:20: 'run_on_deploy' must be true or false, not 'true'.")]
    [InlineData("kind: job; run_on_deploy: True", "6:20: 'run_on_deploy' must be true or false, not 'True'.")]
    [InlineData("kind: job; run_on_deploy:", "6:20: 'run_on_deploy' must be true or false, not nothing.")]
    [InlineData("kind: job; retries: 21", "6:14: 'retries' must be a whole number from 0 to 20, not '21'.")]
    [InlineData("kind: job; max_running: 0", "6:18: 'max_running' must be a whole number from 1 to 1000, not '0'.")]
    [InlineData("kind: cron", "4:6: 'schedule' is missing.")]
    [InlineData("kind: cron; schedule: '@daily'; max_running: 1",
        "7:18: A cron has no 'max_running'. (Only a job has it; a cron runs by its schedule, and on request.)")]
    [InlineData("kind: cron; schedule: '@daily'; overlap: Skip", "7:14: 'overlap' must be skip or allow or replace, not 'Skip'.")]
    [InlineData("kind: cron; schedule: '@daily'; catch_up: all", "7:15: 'catch_up' must be none or once, not 'all'.")]
    [InlineData("kind: cron; schedule: '@daily'; timezone: Athens", "7:15: 'Athens' is not a time zone." + Zone)]
    [InlineData("kind: cron; schedule: '@daily'; timezone: ../../../../dev/zero",
        "7:15: '../../../../dev/zero' is not a time zone." + Zone)]
    [InlineData("stages: { 'a b': {} }", "5:15: 'a b' cannot name a stage." + Name)]
    [InlineData("stages: { qa: 2 }", "5:19: The stage 'qa' must be a map, not '2'.")]
    [InlineData("stages: { qa: { instances: 0 } }", "5:32: 'instances' must be a whole number from 1 to 1000, not '0'.")]
    [InlineData("stages: { qa: { resources: { cpus: 0 } } }", "5:40: 'cpus' must be a number from 0.01 to 256, not '0'.")]
    [InlineData("stages: { qa: { env: { PIPELINE_A: b } } }",
        "5:28: 'PIPELINE_A': names that start with PIPELINE_ are set by the server. (Choose another name.)")]
    public void What_is_not_allowed_is_named_with_its_place(string keys, params string[] problems) =>
        Assert.Equal(problems, Problems(DeployableText(keys)));

    // The artifact that is named where modules make api and app.
    [Theory]
    [InlineData("api", null)]
    [InlineData("apo", "No module makes an artifact 'apo'. (Did you mean 'api'?)")]
    [InlineData("API", "No module makes an artifact 'API'. (Did you mean 'api'?)")]
    [InlineData("zzzzz", "No module makes an artifact 'zzzzz'. (Known are api, app.)")]
    public void An_artifact_comes_from_one_of_the_modules(string artifact, string? problem) => Assert.Equal(
        problem is null ? [] : [$"4:29: {problem}"],
        Problems("modules:\n  m: { steps: [{ run: x }], artifacts: [{ name: api, path: o }] }\n"
            + "  n: { steps: [{ run: x }], artifacts: [{ name: app, path: o }] }\n"
            + $"deployables: {{w: {{artifact: {artifact}, run: y}}}}"));

    [Fact]
    public void Without_artifacts_it_says_where_to_list_one() => Assert.Equal(
        "2:30: No module makes an artifact 'a'. (List it under artifacts of a module.)",
        Problem("steps: [{ run: x }]\ndeployables: {w: {artifact:  a, run: y}}"));

    [Theory]
    [InlineData("a b", "3:16: 'a b' cannot name a deployable.")]
    [InlineData("", "3:16: '' cannot name a deployable.")]
    [InlineData(".a", "3:16: '.a' cannot name a deployable.")]
    public void A_deployable_needs_a_name(string name, string problem) =>
        Assert.Equal(problem + Name, Problem($"{Head}deployables: {{ '{name}': {{ artifact: a, run: y }} }}"));
}
