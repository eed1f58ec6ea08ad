namespace Pipeline.LocalMesos.Posix;

/// <summary>A program to start. Its output goes straight into files, so that nobody has to read a pipe.</summary>
/// <param name="Arguments">With the program's name first.</param>
/// <param name="Environment">The whole environment: nothing is inherited.</param>
internal sealed record ChildStart(
    string Path, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string Directory, string Stdout,
    string Stderr);
