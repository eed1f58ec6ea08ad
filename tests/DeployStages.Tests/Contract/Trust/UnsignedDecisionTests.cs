using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.Attestation;
using Pipeline.Attestation.Decisions;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;

namespace Pipeline.DeployStages.Tests.Contract.Trust;

/// <summary>Somebody who can write rows is not somebody who can decide: gates count what was signed.</summary>
public sealed class UnsignedDecisionTests
{
    private const string Policy = """
        stages:
          - name: production
            cluster: production
            bake: 1s
            gates: { approval: { groups: { release-managers: 1 }, expires: 1h } }
        """;

    private const string Insert = """
        INSERT INTO stages.decision (id, promotion_id, kind, person, groups, plan_digest, envelope, at)
        VALUES (gen_random_uuid(), @promotion, 'Approve', 'niki', '{release-managers}', @plan, @envelope, @at)
        """;

    public static TheoryData<string, string> ForgedEnvelopes => new()
    {
        { "none", VerificationCode.DecisionUnsigned },
        { "no-envelope", VerificationCode.DecisionUnsigned },
        { "own-key", VerificationCode.DecisionUnsigned },
        { "another-promotion", VerificationCode.DecisionMismatch },
        { "another-decision", VerificationCode.DecisionMismatch },
    };

    [Theory]
    [MemberData(nameof(ForgedEnvelopes))]
    public async Task An_approval_inserted_by_hand_opens_nothing_and_is_a_security_event(string forged, string code)
    {
        await using var stages = await Stages.StartAsync(Policy);
        var other = await stages.ReleaseAsync();
        await ApproveAsync(stages, other);
        var release = await stages.ReleaseAsync();
        await stages.PassAsync(3);
        var p = await stages.PromotionAsync(release, "production");
        var envelope = forged switch
        {
            "none" => null,
            "no-envelope" => "{}",
            "own-key" => OwnApproval(p, stages),
            "another-promotion" => await stages.ScalarAsync<string>("SELECT envelope FROM stages.decision"),
            _ => await HoldEnvelopeAsync(stages, release),
        };
        await stages.ExecuteAsync(
            Insert, new { promotion = p.Id.Value, plan = p.PlanDigest, envelope, at = stages.Time.GetUtcNow().UtcDateTime });

        await ShouldStayClosedAsync(stages, release, code);
    }

    public static TheoryData<string> Edits =>
    [
        "person = 'petros'", "groups = '{release-managers,owners}'", "at = at + interval '10 hours'",
        "plan_digest = 'sha256:' || repeat('a', 64)", "envelope = replace(envelope, 'a', 'b')",
    ];

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task An_approval_that_was_edited_counts_for_nothing_and_is_a_security_event(string edit)
    {
        await using var stages = await Stages.StartAsync(Policy.Replace("release-managers: 1", "release-managers: 2"));
        var release = await stages.ReleaseAsync();
        await ApproveAsync(stages, release);
        Assert.Equal("Waiting for approval by release-managers (1 of 2).", (await BlockersAsync(stages, release)).Single());
        await stages.ExecuteAsync("UPDATE stages.decision SET " + edit);

        await ShouldStayClosedAsync(stages, release, null);
        Assert.Contains("Waiting for approval by release-managers (0 of 2).", await BlockersAsync(stages, release));
    }

    [Fact]
    public async Task After_the_hold_is_lifted_the_real_approval_still_opens_the_gate()
    {
        await using var stages = await Stages.StartAsync(Policy);
        var release = await stages.ReleaseAsync();
        var p = await stages.PromotionAsync(release, "production");
        await stages.ExecuteAsync(
            Insert, new { promotion = p.Id.Value, plan = p.PlanDigest, envelope = "{}", at = stages.Time.GetUtcNow().UtcDateTime });
        await ShouldStayClosedAsync(stages, release, VerificationCode.DecisionUnsigned);
        await stages.Get<ReleaseCommands>().UnholdAsync(Callers.Person("petros"), release.Digest, "Looked into it.", default);
        await stages.PassAsync(61);
        Assert.Equal(["Waiting for approval by release-managers (0 of 1)."], await BlockersAsync(stages, release));

        await ApproveAsync(stages, release);
        await stages.PassAsync(1);

        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "production"));
        Assert.Single(await CodesAsync(stages));
    }

    [Fact]
    public async Task A_hold_that_was_taken_from_the_row_still_holds_and_is_a_security_event()
    {
        await using var stages = await Stages.StartAsync(Policy);
        var release = await stages.ReleaseAsync();
        var holds = stages.Get<ReleaseCommands>();
        foreach (var reason in new[] { "First.", "Second." })
        {
            await holds.HoldAsync(Callers.Person("petros"), release.Digest, reason, default);
            if (reason == "First.")
                await holds.UnholdAsync(Callers.Person("petros"), release.Digest, null, default);
        }

        await ApproveAsync(stages, release);
        await stages.ExecuteAsync("UPDATE artifact.release SET held_reason = NULL");
        await stages.PassAsync(61);

        Assert.Equal(PromotionPhase.Waiting, await stages.PhaseAsync(release, "production"));
        Assert.Equal([VerificationCode.HoldRemoved], await CodesAsync(stages));
        Assert.StartsWith("The release is held: hold-removed:", (await BlockersAsync(stages, release))[0]);

        await holds.UnholdAsync(Callers.Person("petros"), release.Digest, null, default);
        await stages.PassAsync(61);
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "production"));
    }

    [Fact]
    public async Task A_rollback_does_not_return_to_a_release_whose_hold_was_taken_from_the_row()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var first = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        await stages.Get<ReleaseCommands>().HoldAsync(Callers.Person("petros"), first.Digest, "Leaks.", default);
        await stages.ExecuteAsync("UPDATE artifact.release SET held_reason = NULL");
        var second = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");

        var outcome = await stages.Commands.RollbackAsync(
            Callers.Person("maria"), (await stages.PromotionAsync(second, "qa")).Id, null, default);

        Assert.Equal("nothing-to-roll-back", Assert.IsType<PromotionOutcome.Conflict>(outcome).Code);
    }

    private static async Task ShouldStayClosedAsync(Stages stages, Release release, string? code)
    {
        var before = await stages.IntakeAsync();
        await stages.PassAsync(61);

        Assert.Equal(PromotionPhase.Waiting, await stages.PhaseAsync(release, "production"));
        Assert.Equal(before, await stages.IntakeAsync());
        var raised = Assert.Single(await CodesAsync(stages));
        if (code is not null)
            Assert.Equal(code, raised);
        Assert.Contains(
            await BlockersAsync(stages, release),
            b => b.StartsWith($"The release is held: {raised}: An approval by ", StringComparison.Ordinal));
        Assert.DoesNotContain((await stages.PromotionAsync(release, "production")).Decisions, d => d.Counts);
    }

    private static async Task ApproveAsync(Stages stages, Release release)
    {
        var p = await stages.PromotionAsync(release, "production");
        Assert.IsType<PromotionOutcome.Done>(await stages.Commands.ApproveAsync(Callers.Person("niki"), p.Id, null, null, default));
        await stages.PassAsync(61);
    }

    private static async Task<string> HoldEnvelopeAsync(Stages stages, Release release)
    {
        await stages.Get<ReleaseCommands>().HoldAsync(Callers.Person("petros"), release.Digest, "Wait.", default);
        await stages.Get<ReleaseCommands>().UnholdAsync(Callers.Person("petros"), release.Digest, null, default);
        return (await stages.ScalarAsync<string>(
            $"SELECT envelope FROM artifact.attestation WHERE predicate_type = '{HoldPredicate.Type}'"))!;
    }

    // All of it as it should be, but for the key.
    private static string OwnApproval(PromotionView p, Stages stages)
    {
        using var key = SigningKey.Create();
        return DecisionStatements.SignApproval(
            p.PlanDigest!,
            new ApprovalPredicate(
                p.Stage, p.Release.ToString(), p.Id.ToString(), "niki", ["release-managers"], stages.Time.GetUtcNow()),
            key);
    }

    private static async Task<IReadOnlyList<string>> BlockersAsync(Stages stages, Release release) =>
        [.. (await stages.PromotionAsync(release, "production")).Blockers.Select(b => b.Sentence)];

    private static async Task<IReadOnlyList<string>> CodesAsync(Stages stages) => await stages.ScalarAsync<string[]>(
        "SELECT array_agg(payload->>'code' ORDER BY id) FROM journal.event WHERE kind = 'security.raised'") ?? [];
}
