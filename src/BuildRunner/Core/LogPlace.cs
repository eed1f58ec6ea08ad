using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Core;

/// <summary>Where the log of a step is. Each attempt of a module has files of its own: what an earlier attempt still writes when a later
/// one has begun is nobody's to read.</summary>
/// <param name="Build">The build.</param>
/// <param name="Module">Name of the module.</param>
/// <param name="Step">Index of the step.</param>
/// <param name="Attempt">The attempt that builds the module; null: one of before attempts had files of their own.</param>
internal readonly record struct LogPlace(BuildId Build, string Module, int Step, int? Attempt);
