using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Pipeline.Kernel;

/// <summary>A condition that only a bug can break. Checked in production too: a wrong deploy costs more than a crash.</summary>
public static class Invariant
{
    /// <exception cref="InvariantViolatedException">When <paramref name="condition"/> is false; names the expression and the
    /// place.</exception>
    public static void Require(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string expression = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        if (!condition)
            throw new InvariantViolatedException($"{expression} does not hold at {Path.GetFileName(file)}:{line}");
    }
}

/// <summary>A bug of ours, never a user's mistake or a failure of the environment.</summary>
public sealed class InvariantViolatedException(string message) : Exception(message);
