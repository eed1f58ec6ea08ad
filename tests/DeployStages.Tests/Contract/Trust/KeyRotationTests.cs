using System.Text.Json;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.Attestation;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;

namespace Pipeline.DeployStages.Tests.Contract.Trust;

/// <summary>Keys change while releases move: nothing stops, and what the old keys signed stays good.</summary>
public sealed class KeyRotationTests
{
    private const string NewestDeploy =
        "SELECT (payload->'deploy')::text FROM scheduler.intake WHERE payload->>'kind' = 'deploy' ORDER BY id DESC LIMIT 1";

    [Fact]
    public async Task A_rotation_while_a_stage_moves_stops_nothing_and_a_rollback_to_what_the_old_keys_signed_runs()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var first = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var second = await stages.ReleaseAsync();
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(second, "qa"));

        foreach (var name in new[] { "builder", "promoter" })
            stages.Get<SigningKeys>().Rotate(name, null);
        stages.Time.Advance(TimeSpan.FromMinutes(10));
        await stages.GoThroughAsync("qa");
        Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(second, "qa"));
        await stages.Commands.RollbackAsync(Callers.Person("maria"), (await stages.PromotionAsync(second, "qa")).Id, null, default);
        await stages.RunJobsAsync();

        using var deploy = JsonDocument.Parse((await stages.ScalarAsync<string>(NewestDeploy))!);
        var envelopes = deploy.RootElement.GetProperty("envelopes").EnumerateArray().Select(e => e.GetString()!).ToList();
        var trust = stages.Get<CurrentTrust>()();
        var expected = new ExpectedPromotion(first.Deployables[0].Artifact.ToString(), first.Digest.ToString(), "qa", 3, "web");
        var outcome = PromotionCheck.Verify(trust, envelopes, expected, stages.Time.GetUtcNow());
        Assert.True(outcome.Ok, outcome.Detail);
        Assert.Equal(3, trust.Version);
        var signer = Verifier.Verify(trust, envelopes[0], KeyRole.Promoter, stages.Time.GetUtcNow()).Verified!.KeyId;
        Assert.Equal(trust.Keys.Single(k => k.Roles.Contains(KeyRole.Promoter) && k.RetiredAt is null).Id, signer);
        await stages.GoThroughAsync("qa");
        Assert.Equal(PromotionPhase.RolledBack, await stages.PhaseAsync(second, "qa"));
    }

    [Fact]
    public async Task An_approval_that_was_signed_before_a_rotation_still_opens_the_gate()
    {
        await using var stages = await Stages.StartAsync("""
            stages:
              - name: production
                cluster: production
                gates: { approval: { groups: { release-managers: 2 } } }
            """);
        var release = await stages.ReleaseAsync();
        var p = await stages.PromotionAsync(release, "production");
        await stages.Commands.ApproveAsync(Callers.Person("niki"), p.Id, null, null, default);
        stages.Time.Advance(TimeSpan.FromMinutes(1));
        stages.Get<SigningKeys>().Rotate("promoter", null);
        stages.Time.Advance(TimeSpan.FromMinutes(10));
        await stages.Commands.ApproveAsync(Callers.Person("petros"), p.Id, null, null, default);
        await stages.PassAsync(1);

        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "production"));
    }
}
