using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Tests.Http;

/// <summary>The limits of a run that is started by hand. The endpoint's own tests have the pointers of each field.</summary>
public sealed class RunFieldsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RunBody Empty = new(null, null, null, null, null, null);

    [Fact]
    public void A_run_needs_nothing_of_its_own()
    {
        Assert.True(IsGood(null));
        Assert.True(IsGood(Empty));
    }

    [Theory]
    [InlineData(100, 1, true)]
    [InlineData(101, 1, false)]
    [InlineData(2, 16 * 1024, true)]
    [InlineData(2, (16 * 1024) + 1, false)]
    public void Arguments_are_bounded_in_number_and_size(int count, int length, bool good) =>
        Assert.Equal(good, IsGood(Empty with { Arguments = [.. Enumerable.Repeat(new string('x', length), count)] }));

    [Theory]
    [InlineData("A", "x", true)]
    [InlineData("_a1", "", true)]
    [InlineData("1A", "x", false)]
    [InlineData("A-B", "x", false)]
    [InlineData("", "x", false)]
    [InlineData("A", "a\0b", false)]
    [InlineData("PORT", "1", false)]
    public void Variables_have_plain_names_that_are_not_the_schedulers(string name, string value, bool good) =>
        Assert.Equal(good, IsGood(Empty with { Environment = new Dictionary<string, string> { [name] = value } }));

    [Theory]
    [InlineData(30, true)]
    [InlineData(31, false)]
    [InlineData(-1, true)]
    public void A_run_starts_within_thirty_days(int days, bool good) => Assert.Equal(good,
        IsGood(Empty with { RunAt = Now.AddDays(days) }));

    [Theory]
    [InlineData("1024", "16777216", "1073741824", 100, true)]
    [InlineData("0.001", "1", "0", 0, true)]
    [InlineData("1024.1", null, null, null, false)]
    [InlineData("0", null, null, null, false)]
    [InlineData(null, "0.9", null, null, false)]
    [InlineData(null, "16777217", null, null, false)]
    [InlineData(null, null, "-1", null, false)]
    [InlineData(null, null, "1073741825", null, false)]
    [InlineData(null, null, null, -1, false)]
    [InlineData(null, null, null, 101, false)]
    public void Resources_are_bounded(string? cpus, string? memory, string? disk, int? ports, bool good) =>
        Assert.Equal(good, IsGood(Empty with { Resources = new RunResources(Number(cpus), Number(memory), Number(disk), ports) }));

    [Fact]
    public void What_a_run_leaves_out_of_its_resources_is_its_deploys_and_ports_are_never_fewer()
    {
        var deploy = new ResourceNeed(1, 256, 100, 2);
        Assert.Equal(deploy, RunFields.Needs(deploy, new RunResources(null, null, null, null)));
        Assert.Equal(new ResourceNeed(2, 256, 100, 2), RunFields.Needs(deploy, new RunResources(2, null, null, 1)));
        Assert.Equal(new ResourceNeed(1, 512, 200, 3), RunFields.Needs(deploy, new RunResources(null, 512, 200, 3)));
    }

    private static bool IsGood(RunBody? body)
    {
        var fields = new FieldErrors();
        RunFields.Check(fields, body, Now);
        return fields.Problem() is null;
    }

    private static decimal? Number(string? text) => text is null ? null
        : decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
