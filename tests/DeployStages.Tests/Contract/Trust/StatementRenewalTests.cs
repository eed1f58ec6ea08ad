using System.Text.Json;
using Pipeline.Attestation;
using Pipeline.Attestation.Runs;
using Pipeline.DeployStages.Jobs;
using Pipeline.DeployStages.Tests.Kit;

namespace Pipeline.DeployStages.Tests.Contract.Trust;

/// <summary>Promotion statements name what may run, and what runs with an older one gets a fresh one.</summary>
public sealed class StatementRenewalTests
{
    private const string Commands = "SELECT count(*)::int FROM scheduler.intake WHERE payload->>'kind' = 'renew-deploy'";

    [Fact]
    public async Task The_statement_of_a_deploy_names_command_environment_resources_and_health()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync();
        var signed = SpecificationOf(await SubmittedAsync(stages, "deploy"));

        Assert.Equal(
            ("./serve", 0.1m, 32m, 10m, 1, "/healthz", 10m, release.Deployables[0].Artifact.ToString(), "web"),
            (signed.Command, signed.Cpus, signed.MemoryMb, signed.DiskMb, signed.Ports, signed.Health!.Http, signed.KillGraceSeconds,
                signed.Artifact.Digest, signed.Request));
        Assert.Equal(("1", "qa"), (signed.Environment["BUILD"], signed.Environment["PIPELINE_STAGE"]));
        var statement = Statements.Peek((await stages.ScalarAsync<string>(
            $"SELECT envelope FROM artifact.attestation WHERE predicate_type = '{PromotionPredicate.Type}'"))!)!;
        Assert.Equal(signed.ToDigest(), statement.Predicate.GetProperty("runSpecification").GetString());
    }

    [Fact]
    public async Task What_runs_with_a_statement_of_an_earlier_version_gets_a_fresh_one_from_the_release_once()
    {
        await using var stages = await Stages.StartAsync(Stages.Single, runs: 2);
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var first = SpecificationOf(await SubmittedAsync(stages, "deploy"));
        Assert.Equal(0, await RenewAsync(stages));
        await stages.ExecuteAsync("UPDATE stages.deploy SET signed_at = NULL");

        Assert.Equal(1, await RenewAsync(stages));
        Assert.Equal(0, await RenewAsync(stages));

        Assert.Equal(1, await stages.ScalarAsync<int>(Commands));
        var renewed = await SubmittedAsync(stages, "renew-deploy");
        Assert.Equal(first.ToDigest(), SpecificationOf(renewed).ToDigest());
        Assert.Equal(1, renewed.GetProperty("trust").GetProperty("generation").GetInt64());
    }

    [Fact]
    public async Task What_is_on_its_way_is_renewed_and_what_ended_is_not()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        await stages.ReleaseAsync();
        await stages.ExecuteAsync("UPDATE stages.deploy SET signed_at = NULL");

        Assert.Equal(2, await RenewAsync(stages));
        Assert.Equal(0, await RenewAsync(stages));
        Assert.Equal(1, await stages.ScalarAsync<int>("SELECT count(*)::int FROM stages.deploy WHERE signed_at IS NULL"));
    }

    [Fact]
    public async Task A_statement_is_renewed_long_before_it_expires_and_when_tasks_start_as_another_user()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        stages.Time.Advance(TimeSpan.FromDays(181));
        Assert.Equal(1, await RenewAsync(stages));
        await stages.ExecuteAsync("UPDATE stages.deploy SET signed_user = 'root'");
        Assert.Equal(1, await RenewAsync(stages));
        Assert.Equal(0, await RenewAsync(stages));
    }

    private static Task<int> RenewAsync(Stages stages) => stages.Get<StatementSweep>().SweepOnceAsync(default);

    private static async Task<JsonElement> SubmittedAsync(Stages stages, string kind)
    {
        var text = await stages.ScalarAsync<string>(
            "SELECT (payload->'deploy')::text FROM scheduler.intake WHERE payload->>'kind' = @kind ORDER BY id LIMIT 1", new { kind });
        return JsonDocument.Parse(text!).RootElement;
    }

    private static RunSpecification SpecificationOf(JsonElement submission)
    {
        using var runner = JsonDocument.Parse(submission.GetProperty("runnerSpec").GetString()!);
        var signed = RunSpecification.TryParse(runner.RootElement.GetProperty("specification").GetString());
        Assert.NotNull(signed);
        return signed;
    }
}
