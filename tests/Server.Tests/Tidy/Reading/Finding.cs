namespace Pipeline.Server.Tests.Tidy.Reading;

/// <summary>One offence against a rule.</summary>
/// <param name="At"><c>file:line</c>.</param>
/// <param name="Key">What the ratchet counts it under: stable when lines move.</param>
/// <param name="What">What is wrong, and how to fix it.</param>
/// <param name="Number">How far over the rule it is; the numbers of one key add up.</param>
public sealed record Finding(string At, string Key, string What, int Number = 1)
{
    public override string ToString() => $"{At}: {What}";
}

/// <summary>A rule that the sources keep. A rule without mercy takes no line in the ratchet file.</summary>
/// <param name="Name">Its name in the ratchet file.</param>
/// <param name="MayOwe">Whether old offences may wait in the ratchet file.</param>
/// <param name="Find">Lists every offence in a tree of sources.</param>
public sealed record Rule(string Name, bool MayOwe, Func<SourceTree, IEnumerable<Finding>> Find);
