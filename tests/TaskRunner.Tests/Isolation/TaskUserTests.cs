using Pipeline.TaskRunner.Isolation;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Tests.Isolation;

/// <summary>The users that tasks may have.</summary>
public sealed class TaskUserTests
{
    [Theory]
    [InlineData("         0          0 4294967295", true)]
    [InlineData("         0       1000          1", false)]
    [InlineData("0 1000 1|1 100000 65536", false)]
    [InlineData("0 1000 1|1 100000 600000", true)]
    [InlineData("0 0 410000", false)]
    [InlineData("0 0 419999", false)]
    [InlineData("0 0 420000", true)]
    public void The_range_counts_only_where_the_namespace_of_users_has_it(string map, bool known) =>
        Assert.Equal(known, TaskUser.IsKnown(410_000, 419_999, map.Split('|')));

    [Theory]
    [InlineData("410000-419999", 410_000, 419_999)]
    [InlineData("1-1", 1, 1)]
    public void A_range_has_a_first_and_a_last(string range, int first, int last) => Assert.Equal((first, last), TaskUser.Parse(range));

    [Theory]
    [InlineData("0-5")]
    [InlineData("5-4")]
    [InlineData("5")]
    [InlineData("-5")]
    [InlineData("1-2-3")]
    [InlineData("1-99999999999")]
    [InlineData("a-b")]
    [InlineData("")]
    public void A_range_that_is_none_or_holds_root_is_refused_by_its_name(string range) =>
        Assert.Contains($"PIPELINE_TASK_USERS is '{range}'", Assert.Throws<InfraException>(() => TaskUser.Parse(range)).Message);
}
