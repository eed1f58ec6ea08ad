using System.Reflection;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Tests.Contract;

/// <summary>Arguments with which every command of the contract can be called.</summary>
internal static class SampleArguments
{
    private static readonly ResourceNeed Needs = new(1, 64, 10, 0);

    private static readonly Dictionary<Type, object> ByType = new()
    {
        [typeof(CancellationToken)] = CancellationToken.None,
        [typeof(bool)] = true,
        [typeof(long)] = 1L,
        [typeof(IReadOnlyList<string>)] = new[] { "web.1" },
        [typeof(MachineAction)] = MachineAction.Freeze,
        [typeof(ActionDetails)] = new ActionDetails("maintenance", TimeSpan.FromHours(1)),
        [typeof(ScaleTarget)] = new ScaleTarget(3),
        [typeof(BouncePlan)] = new BouncePlan(),
        [typeof(ManualRun)] = new ManualRun(),
        [typeof(RunOnce)] = new RunOnce(
            "test", "run.1", "build.web", Needs, TimeSpan.FromHours(1), "{}", null, 0, JournalSubject.None, Actor.System("other")),
        [typeof(DeploySubmission)] = new DeploySubmission(
            "test", "web", "web.1", RequestKind.Worker, 1, Needs, null, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(5), "{}", [], null,
                null,
            null, JournalSubject.None, Actor.System("other")),
    };

    public static object? Of(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(string) ? (parameter.Name == "cluster" ? "test" : "web")
        : ByType.TryGetValue(parameter.ParameterType, out var value) ? value
        : Nullable.GetUnderlyingType(parameter.ParameterType) is not null ? null
        : throw new InvalidOperationException($"{parameter.ParameterType.Name} {parameter.Name} is new: give a sample of it here.");
}
