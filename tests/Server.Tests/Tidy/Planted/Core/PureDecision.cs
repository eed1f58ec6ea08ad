namespace Pipeline.Server.Tests.Tidy.Planted.Core;

/// <summary>Planted: a compiled core that is pure.</summary>
public static class PureDecision
{
    public static bool Of(IReadOnlyList<int> numbers) => numbers.Sum() > 0;
}
