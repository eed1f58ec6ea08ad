using CsCheck;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;

namespace Pipeline.BuildRunner.Tests.Core;

/// <summary>Any graph of modules with any events, late and repeated ones too, beside a model that says what must hold.</summary>
public sealed class BuildModelTests
{
    private const int Most = 9;

    /// <summary>Which module depends on which earlier one, in which order they are listed, and what happens to which of them.</summary>
    private sealed record Story(bool[] Edges, int[] Order, (int Module, ModuleEvent Event)[] Events)
    {
        public override string ToString() =>
            $"edges {string.Concat(Edges.Select(e => e ? 1 : 0))}, order {string.Join(' ', Order)}, {string.Join(' ', Events)}";
    }

    private static readonly Gen<Story> Stories = Gen.Select(
        Gen.Bool.Array[Most * Most], Gen.Int[1, Most].SelectMany(n => Gen.Shuffle(Enumerable.Range(0, n).ToArray())),
        Gen.Select(Gen.Int[0, Most - 1], Gen.Int[0, 20]).Array[0, 60],
        (edges, order, events) => new Story(edges, order, [.. events.Select(e => (e.Item1 % order.Length, EventOf(e.Item2)))]));

    [Fact]
    public void A_module_starts_after_its_dependencies_and_ends_once() => Stories.Sample(
        story =>
        {
            var build = new Simulation(story);
            foreach (var (module, happened) in story.Events)
            {
                build.Happen(module, happened);
                build.Check();
            }

            return true;
        },
        iter: 3_000);

    [Fact]
    public void When_tasks_end_the_build_ends_and_nothing_changes_it_afterwards() => Stories.Sample(
        story =>
        {
            var build = new Simulation(story);
            foreach (var (module, happened) in story.Events)
                build.Happen(module, happened);
            build.Finish();
            var (states, end) = (build.States, build.Next().End);
            Assert.NotNull(end);
            foreach (var (module, happened) in story.Events)
                build.Happen(module, happened);

            return states.SequenceEqual(build.States) && build.Next() is { Start: [], Skip: [] } next && next.End == end;
        },
        iter: 3_000);

    [Fact]
    public void A_cancelled_build_ends_at_once_and_starts_nothing() => Stories.Sample(
        story =>
        {
            var build = new Simulation(story);
            foreach (var (module, happened) in story.Events)
                build.Happen(module, happened);
            var over = build.States.Count(BuildMachine.IsOver);
            var failed = build.States.Contains(ModuleState.Failed);
            build.Cancel();

            return build.Next() is { Start: [], Skip: [] } next
                && next.End == (failed ? BuildState.Failed : over < build.States.Count ? BuildState.Cancelled : build.ExpectedEnd());
        },
        iter: 2_000);

    [Fact]
    public void The_order_in_the_file_changes_nothing() => Stories.Sample(
        story =>
        {
            var (one, other) = (new Simulation(story), new Simulation(story with { Order = [.. story.Order.Order()] }));
            foreach (var (module, happened) in story.Events)
            {
                one.Happen(module, happened);
                other.Happen(module, happened);
            }

            return one.Named().SequenceEqual(other.Named()) && one.Next().End == other.Next().End
                && one.Next().Start.Order().SequenceEqual(other.Next().Start.Order());
        },
        iter: 2_000);

    [Fact]
    public void A_state_after_an_event_is_another_one() => Assert.All(
        Enum.GetValues<ModuleState>(), s => Assert.All(Enum.GetValues<ModuleEvent>(), e => Assert.NotEqual(s, BuildMachine.Apply(s, e))));

    [Fact]
    public void A_build_of_no_module_has_succeeded() => Assert.Equal(BuildState.Succeeded, BuildMachine.Next([]).End);

    [Fact]
    public void A_chain_of_five_hundred_is_skipped_from_its_beginning_to_its_end()
    {
        var chain = Enumerable.Range(0, 500)
            .Select(i => new ModuleNode($"m{i}", i == 0 ? [] : [$"m{i - 1}"], i == 0 ? ModuleState.Failed : ModuleState.Waiting))
            .Reverse().ToList();
        var next = BuildMachine.Next(chain);

        Assert.Equal(Enumerable.Range(1, 499).Select(i => $"m{i}"), next.Skip);
        Assert.Equal(BuildState.Failed, next.End);
    }

    // Mostly what a task reports; now and then a lost attempt, seldom a cancellation of one module.
    private static ModuleEvent EventOf(int number) => number switch
    {
        < 7 => ModuleEvent.TaskStarted,
        < 13 => ModuleEvent.Succeeded,
        < 15 => ModuleEvent.AttemptLost,
        < 17 => ModuleEvent.Failed,
        17 => ModuleEvent.Cancelled,
        18 => ModuleEvent.Submitted,
        19 => ModuleEvent.DependencyDidNotSucceed,
        _ => ModuleEvent.CancelRequested,
    };

    /// <summary>Does what the jobs of a build do: applies an event, then starts and skips what follows.</summary>
    private sealed class Simulation
    {
        private readonly List<ModuleNode> modules;
        private readonly Dictionary<string, int> ends = [];

        public Simulation(Story story)
        {
            modules = [.. story.Order.Select(i => new ModuleNode(
                $"m{i}", [.. Enumerable.Range(0, i).Where(d => story.Edges[(i * Most) + d]).Select(d => $"m{d}")], ModuleState.Waiting))];
            Follow();
        }

        public IReadOnlyList<ModuleState> States => [.. modules.Select(m => m.State)];

        public IEnumerable<(string, ModuleState)> Named() => modules.Select(m => (m.Name, m.State)).Order();

        public BuildStep Next() => BuildMachine.Next(modules);

        // A module reports only what a task of it can: the scheduler knows no task of a module that waits.
        public void Happen(int number, ModuleEvent happened)
        {
            var index = modules.FindIndex(m => m.Name == $"m{number}");
            if (happened is not (ModuleEvent.Submitted or ModuleEvent.DependencyDidNotSucceed) || BuildMachine.IsOver(modules[index].State))
                Apply(index, happened);
            Follow();
        }

        public void Cancel()
        {
            for (var i = 0; i < modules.Count; i++)
                Apply(i, ModuleEvent.CancelRequested);
        }

        /// <summary>The faults stop: each task starts and succeeds.</summary>
        public void Finish()
        {
            for (var round = 0; round <= modules.Count; round++)
            {
                for (var i = 0; i < modules.Count; i++)
                {
                    Apply(i, ModuleEvent.TaskStarted);
                    Apply(i, ModuleEvent.Succeeded);
                }

                Follow();
            }
        }

        public void Check()
        {
            foreach (var module in modules)
            {
                var before = module.DependsOn.Select(d => modules.Single(m => m.Name == d).State).ToList();
                if (module.State is ModuleState.Queued or ModuleState.Running or ModuleState.Succeeded or ModuleState.Failed)
                    Assert.All(before, s => Assert.Equal(ModuleState.Succeeded, s));
                if (module.State == ModuleState.Waiting)
                    Assert.True(before.Exists(s => !BuildMachine.IsOver(s)) && !before.Exists(IsBad), $"{module.Name} waits for nothing.");
                if (module.State == ModuleState.Skipped)
                    Assert.Contains(before, IsBad);
            }

            Assert.All(ends.Values, times => Assert.Equal(1, times));
            Assert.Equal(States.All(BuildMachine.IsOver) ? ExpectedEnd() : null, Next().End);
        }

        /// <summary>The worst of its modules decides: one that failed, then one that was cancelled, then one that was skipped.</summary>
        public BuildState ExpectedEnd()
        {
            var count = States.CountBy(s => s).ToDictionary();
            return count.GetValueOrDefault(ModuleState.Succeeded) == modules.Count ? BuildState.Succeeded
                : count.ContainsKey(ModuleState.Failed) || !count.ContainsKey(ModuleState.Cancelled) ? BuildState.Failed
                : BuildState.Cancelled;
        }

        private static bool IsBad(ModuleState state) => state is ModuleState.Failed or ModuleState.Cancelled or ModuleState.Skipped;

        private void Follow()
        {
            var next = Next();
            Assert.Empty(next.Start.Intersect(next.Skip));
            Assert.Equal(next.Skip.Distinct().Count(), next.Skip.Count);
            foreach (var name in next.Start)
                Assert.True(Apply(modules.FindIndex(m => m.Name == name), ModuleEvent.Submitted), $"{name} could not be started.");
            foreach (var name in next.Skip)
            {
                var index = modules.FindIndex(m => m.Name == name);
                Assert.True(Apply(index, ModuleEvent.DependencyDidNotSucceed), $"{name} could not be skipped.");
            }


            Assert.Empty(Next().Start);
            Assert.Empty(Next().Skip);
        }

        private bool Apply(int index, ModuleEvent happened)
        {
            var module = modules[index];
            if (BuildMachine.Apply(module.State, happened) is not { } state)
                return false;
            Assert.False(BuildMachine.IsOver(module.State), $"{module.Name} changed after its end.");
            modules[index] = module with { State = state };
            if (BuildMachine.IsOver(state))
                ends[module.Name] = ends.GetValueOrDefault(module.Name) + 1;
            return true;
        }
    }
}
