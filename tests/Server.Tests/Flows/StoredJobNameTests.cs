using Hangfire.Common;
using Hangfire.Storage;
using Pipeline.Server.Jobs;

namespace Pipeline.Server.Tests.Flows;

/// <summary>Jobs that an older server queued run on a newer one.</summary>
public sealed class StoredJobNameTests
{
    [Fact]
    public void Every_former_name_of_a_job_finds_its_class()
    {
        Assert.All(StoredJobNames.Moved.Keys, name => Assert.NotNull(StoredJobNames.Resolve(name)?.GetMethod("ExecuteAsync")));
        Assert.All(
            StoredJobNames.Moved,
            moved => Assert.StartsWith(StoredJobNames.Resolve(moved.Key)!.FullName!, moved.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void A_job_that_was_queued_under_a_former_name_can_be_read()
    {
        var before = TypeHelper.CurrentTypeResolver;
        TypeHelper.CurrentTypeResolver = StoredJobNames.Resolve;
        try
        {
            var stored = new InvocationData(
                "Pipeline.DeployStages.OfferReleaseJob, Pipeline.DeployStages", "ExecuteAsync",
                "[\"System.String\",\"System.Threading.CancellationToken\"]", "[\"\\\"sha256:00\\\"\",null]");
            var job = stored.DeserializeJob();
            Assert.Equal("OfferReleaseJob", job.Type.Name);
            Assert.Equal("sha256:00", job.Args[0]);
        }
        finally
        {
            TypeHelper.CurrentTypeResolver = before;
        }
    }
}
