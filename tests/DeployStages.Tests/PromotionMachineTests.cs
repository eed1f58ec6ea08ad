using System.Runtime.CompilerServices;
using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests;

public sealed class PromotionMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Digest Release = Digest.Of([1]);
    private static readonly Digest Good = Digest.Of([2]);

    private static readonly PromotionEvent[] Events =
    [
        new GatesOpened(Now, 7, Good), new DeploysBecameHealthy(Now), new DeployBroke(Now, FailureClass.Health, "broke"), new BakeElapsed(Now),
        new PersonRejected(Now, "niki", null), new RollbackAsked(Now, "niki", null, Good), new NewerOffered(Now, Digest.Of([3]), "A newer release took its place."),
        new SecurityAlarmed(Now, "digest-mismatch", "other bytes"),
    ];

    [Fact]
    public void The_table_of_every_phase_and_event_is_the_reviewed_one()
    {
        var lines = new List<string>();
        foreach (var (title, target, onFailure, wasHealthy) in new[]
                 {
                     ("with a release to return to", (Digest?)Good, OnFailure.Rollback, false),
                     ("with a release to return to, once it was healthy", Good, OnFailure.Rollback, true),
                     ("nothing to return to", null, OnFailure.Rollback, false),
                     ("on_failure: stay", Good, OnFailure.Stay, false),
                 })
        {
            lines.Add($"# {title}");
            lines.AddRange(
                from phase in Enum.GetValues<PromotionPhase>()
                from e in Events
                where !wasHealthy || phase is PromotionPhase.RollingBack or PromotionPhase.Succeeded or PromotionPhase.Failed
                let t = PromotionMachine.Apply(In(phase, target, wasHealthy), Policy(onFailure), With(target, e))
                where t.Applied
                let effects = string.Join(", ", t.Effects.Select(x => x.GetType().Name))
                select $"{phase,-12} {e.Name,-18} -> {t.Promotion.Phase,-12} {effects}".TrimEnd());
        }

        var file = Path.Combine(Folder(), "PromotionMachine.table.txt");
        var table = string.Join('\n', lines) + "\n";
        if (!File.Exists(file))
            File.WriteAllText(file, table);
        Assert.Equal(File.ReadAllText(file), table);
    }

    [Fact]
    public void Whatever_happens_a_promotion_keeps_its_rules()
    {
        for (var seed = 1; seed <= 2000; seed++)
        {
            var random = new Random(seed);
            var p = In(PromotionPhase.Waiting, null);
            var policy = Policy(random.Next(2) == 0 ? OnFailure.Rollback : OnFailure.Stay);
            for (var step = 0; step < 12; step++)
            {
                var e = Events[random.Next(Events.Length)];
                var t = PromotionMachine.Apply(p, policy, e);
                var where = $"seed {seed}, step {step}: {p.Phase} {e.Name} -> {t.Promotion.Phase}";
                Assert.True((t.Promotion.Generation ?? 0) >= (p.Generation ?? 0), where);
                Assert.True(t.Applied || (t.Promotion == p && t.Effects.Count == 0), where);
                Assert.True(!t.Promotion.IsRunning || t.Promotion.NextWake is not null, where);
                Assert.True(t.Promotion.IsRunning || t.Promotion.Phase == PromotionPhase.Waiting || t.Promotion.FinishedAt is not null, where);
                Assert.True(t.Promotion.Phase != PromotionPhase.Superseded || p.Phase is PromotionPhase.Waiting or PromotionPhase.Superseded, where);
                Assert.True(t.Effects.OfType<SubmitDeploys>().Any() == (t.Applied && t.Promotion.Phase == PromotionPhase.Deploying), where);
                p = t.Promotion;
            }
        }
    }

    private static PromotionEvent With(Digest? target, PromotionEvent e) => e switch
    {
        GatesOpened g => g with { Target = target },
        RollbackAsked r => r with { Target = target },
        _ => e,
    };

    private static Promotion In(PromotionPhase phase, Digest? target, bool wasHealthy = false) => new(
        new PromotionId(Guid.Empty), 1, new RepositoryId(Guid.Empty), "qa", "qa", Release, 1, CommitSha.Parse(new string('a', 40)),
        new BuildId(Guid.Empty), true, "system:stages", Now)
    {
        Phase = phase, Target = target, Generation = phase == PromotionPhase.Waiting ? null : 5, BakeUntil = Now,
        HealthyAt = wasHealthy || phase is PromotionPhase.Baking or PromotionPhase.Succeeded ? Now : null,
    };

    private static StagePolicy Policy(OnFailure onFailure) => new(
        "qa", "qa", PromoteMode.Automatic, null, new GatePolicy(TimeSpan.Zero, null), TimeSpan.Zero, onFailure, TimeSpan.FromMinutes(1), 1);

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
