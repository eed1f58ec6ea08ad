using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Launching;

namespace Pipeline.Scheduler.Tests.Launching;

/// <summary>What people see of a task's environment: everything but secrets.</summary>
public sealed class TaskEnvironmentTests
{
    [Theory]
    [InlineData("TASK_ID", true)]
    [InlineData("TASK_X", true)]
    [InlineData("PORT", true)]
    [InlineData("PORT7", true)]
    [InlineData("INSTANCE_NO", true)]
    [InlineData("PIPELINE_TRUST", true)]
    [InlineData("INSTANCE_NOT", false)]
    [InlineData("TASKS", false)]
    [InlineData("pipeline_server", false)]
    [InlineData("HOME", false)]
    public void The_schedulers_own_names_are_reserved(string name, bool reserved) => Assert.Equal(reserved,
        TaskEnvironment.IsReserved(name));

    [Fact]
    public void Whatever_the_scheduler_sets_is_reserved() =>
        Assert.All(TaskEnvironment.KeysFor(3), key => Assert.True(TaskEnvironment.IsReserved(key), key));

    [Theory]
    [InlineData("DB_PASSWORD", "x")]
    [InlineData("client_secret", "x")]
    [InlineData("GITHUB_TOKEN", "x")]
    [InlineData("API_KEY", "x")]
    [InlineData("SIGNING_KEY", "x")]
    [InlineData("KEY", "x")]
    [InlineData("SENTRY_DSN", "x")]
    [InlineData("ConnectionString", "x")]
    [InlineData("Authorization", "x")]
    [InlineData("SESSION_COOKIE", "x")]
    [InlineData("DATABASE", "postgres://app:swordfish@db/app")]
    [InlineData("SETTINGS", "Host=db;Password=swordfish")]
    [InlineData("HEADER", "Bearer abc")]
    [InlineData("HEADER", "basic abc")]
    [InlineData("CERT", "-----BEGIN PRIVATE KEY-----")]
    [InlineData("GREETING", "say hush twice")]
    public void What_may_be_a_secret_is_there_by_name_only(string name, string value)
    {
        var shown = Of($$$"""{"environment": {"{{{name}}}": "{{{value}}}"}, "mask": ["hush", ""]}""").Single(v => v.Name == name);
        Assert.Equal(("hidden", true, "deploy"), (shown.Value, shown.Hidden, shown.Source));
    }

    [Theory]
    [InlineData("LOG_LEVEL", "info")]
    [InlineData("KEYBOARD", "us")]
    [InlineData("URL", "http://db:5432/app")]
    [InlineData("MONKEY", "x")]
    public void What_is_no_secret_is_shown(string name, string value)
    {
        var shown = Of($$$"""{"environment": {"{{{name}}}": "{{{value}}}"}}""").Single(v => v.Name == name);
        Assert.Equal((value, false), (shown.Value, shown.Hidden));
    }

    [Fact]
    public void A_run_overrides_its_deploy_and_both_come_after_the_scheduler()
    {
        var shown = Of("""{"environment": {"DAY": "sunday", "NIGHT": "long"}}""", run: """{"DAY": "monday"}""").ToDictionary(v => v.Name);
        Assert.Equal(("monday", "run"), (shown["DAY"].Value, shown["DAY"].Source));
        Assert.Equal(("long", "deploy"), (shown["NIGHT"].Value, shown["NIGHT"].Source));
        Assert.Equal(("t1", "scheduler"), (shown["TASK_ID"].Value, shown["TASK_ID"].Source));
    }

    [Fact]
    public void The_ticket_is_hidden_and_what_is_known_only_with_a_place_is_left_out_before()
    {
        var waiting = Of("{}", address: null).ToDictionary(v => v.Name);
        Assert.True(waiting["PIPELINE_TICKET"].Hidden);
        Assert.DoesNotContain("TASK_HOST", waiting.Keys);
        Assert.DoesNotContain("TASK_RACK_ID", waiting.Keys);
        var placed = Of("{}").ToDictionary(v => v.Name);
        Assert.Equal(("10.0.0.1", "r1", "31000", "31001", "31000"), (placed["TASK_HOST"].Value, placed["TASK_RACK_ID"].Value,
            placed["PORT0"].Value, placed["PORT1"].Value, placed["PORT"].Value));
    }

    [Fact]
    public void A_spec_that_is_not_kept_any_more_leaves_what_the_scheduler_gave() =>
        Assert.All(TaskEnvironment.Of(Task(), ("http://s", "10.0.0.1"), null, null), v => Assert.Equal("scheduler", v.Source));

    private static IReadOnlyList<EnvironmentView> Of(string spec, string? address = "10.0.0.1", string? run = null) =>
        TaskEnvironment.Of(Task(), ("http://s", address), spec, run);

    private static TaskView Task() => new(
        "test", "t1", "web", "web.1", 1, 1, "running", true, "a1", "h1", "r1", [31000, 31001], new ResourcesView(1, 2, 3), default, null,
            null,
        null, null, null, null, null, null, null, null);
}
