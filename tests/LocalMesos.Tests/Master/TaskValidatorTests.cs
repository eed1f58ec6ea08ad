using Pipeline.LocalMesos.Master.Launching;
using Pipeline.LocalMesos.Resources;
using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Master;

/// <summary>Each rule rejects a task that breaks it and nothing else, in a master's words.</summary>
public sealed class TaskValidatorTests : IDisposable
{
    private const string Agent = "agent-1";
    private readonly MasterHarness harness = new();

    [Fact]
    public void A_task_that_fits_is_valid() => Assert.Null(Problem(Task()));

    [Fact]
    public void It_may_use_the_whole_offer() => Assert.Null(Problem(Task(cpus: 4, memory: 4096)));

    [Theory]
    [InlineData("", "ID must not be empty")]
    [InlineData("a/b", "'a/b' contains invalid characters")]
    [InlineData("a\\b", "'a\\b' contains invalid characters")]
    [InlineData("a\nb", "'a\nb' contains invalid characters")]
    [InlineData(".", "'.' is disallowed")]
    [InlineData("..", "'..' is disallowed")]
    public void An_id_that_is_no_file_name_is_rejected(string id, string problem) => Assert.Equal(problem, Problem(Task(id)));

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void An_id_has_at_most_255_bytes(int bytes, bool valid) =>
        Assert.Equal(valid ? null : "ID must not be greater than 255 characters", Problem(Task(new string('x', bytes))));

    [Fact]
    public void Bytes_count_not_characters() => Assert.NotNull(Problem(Task(new string('ü', 128))));

    [Fact]
    public void An_id_in_use_is_rejected()
    {
        var framework = harness.Subscribe();
        framework.Launch(framework.Offers()[0], Wire.Task("t", harness.Agent.Id));
        Assert.Equal(
            "Task has duplicate ID: t",
            TaskValidator.Problem(Task("t"), framework.Framework, Agent, "web", ResourceSet.Parse("cpus:4;mem:4096"), ResourceSet.Empty));
    }

    [Fact]
    public void The_agent_has_to_be_that_of_the_offer()
    {
        var task = Task();
        task.AgentId.Value = "other";
        Assert.Equal($"Task uses invalid agent other while agent {Agent} is expected", Problem(task));
    }

    [Fact]
    public void Either_a_command_or_an_executor_is_needed()
    {
        const string Sentence = "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
        var neither = Task();
        neither.Command = null;
        var both = Task();
        both.Executor = new W.ExecutorInfo { ExecutorId = new W.ExecutorID { Value = "e" } };

        Assert.Equal((Sentence, Sentence), (Problem(neither), Problem(both)));
    }

    [Fact]
    public void More_than_the_offer_is_rejected_with_both_amounts() => Assert.Equal(
        "Total resources cpus(allocated: web):4.001; mem(allocated: web):128 required by task and its executor is more than available " +
        "cpus(allocated: web):4; mem(allocated: web):4096", Problem(Task(cpus: 4.001)));

    [Fact]
    public void The_executor_counts_as_well() =>
        Assert.NotNull(Problem(Task(cpus: 4), overhead: ResourceSet.Parse("cpus:0.1")));

    [Fact]
    public void Negative_resources_are_rejected() => Assert.Equal(
        "Resource 'cpus(allocated: web):-1' is invalid: Invalid scalar resource: value <= 0", Problem(Task(cpus: -1)));

    [Fact]
    public void Resources_of_another_role_are_rejected()
    {
        var task = Task();
        task.Resources[0].AllocationInfo = new W.Resource.Types.AllocationInfo { Role = "batch" };
        Assert.StartsWith("Total resources cpus(allocated: batch):1", Problem(task), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpus", 1, true)]
    [InlineData("cpus", 0.9, false)]
    [InlineData("mem", 128, true)]
    [InlineData("mem", double.PositiveInfinity, true)]
    [InlineData("disk", 1, false)]
    public void A_limit_is_of_cpus_or_mem_and_not_below_the_request(string name, double limit, bool valid)
    {
        var task = Task();
        task.Limits.Add(name, new W.Value.Types.Scalar { Value = limit });
        Assert.Equal(valid, Problem(task) is null);
    }

    [Fact]
    public void A_task_of_a_group_may_lack_a_command()
    {
        var task = Task();
        task.Command = null;
        Assert.Null(TaskValidator.GroupProblem(task, harness.Subscribe().Framework, Agent));
    }

    public void Dispose() => harness.Dispose();

    private static W.TaskInfo Task(string id = "t", double cpus = 1, double memory = 128) => Wire.Task(id, Agent, cpus, memory);

    private string? Problem(W.TaskInfo task, ResourceSet? overhead = null) => TaskValidator.Problem(
        task, harness.Subscribe().Framework, Agent, "web", ResourceSet.Parse("cpus:4;mem:4096"), overhead ?? ResourceSet.Empty);
}
