using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;

namespace Pipeline.BuildRunner.Runner;

/// <summary>A task that proved who it is, and the module it builds.</summary>
internal sealed record RunnerTask(RunnerIdentity Identity, ModuleRow Module)
{
    /// <summary>The module build.</summary>
    public ModuleBuildId Id => new(Module.Id);

    /// <summary>The build it belongs to.</summary>
    public BuildId Build => new(Module.BuildId);

    /// <summary>Where it writes the log of a step.</summary>
    public LogPlace LogOf(int step) => new(Build, Module.Name, step, Module.LogAttempt);
}
