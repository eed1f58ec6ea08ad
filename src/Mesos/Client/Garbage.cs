using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Pipeline.Mesos.Client;

/// <summary>
/// What the wire requires of an event. C#'s parser does not check required fields, and checking them all costs too much where an
/// event has 10,000 offers: only what we read is asked for.
/// </summary>
internal static class Garbage
{
    /// <exception cref="InvalidDataException">It is not there.</exception>
    public static T Unless<T>([NotNull] T? value, [CallerArgumentExpression(nameof(value))] string what = "") where T : class =>
        value ?? throw new InvalidDataException($"The master sent an event without {what}.");

    /// <exception cref="InvalidDataException">It is missing or empty.</exception>
    public static string UnlessSaid([NotNull] string? value, [CallerArgumentExpression(nameof(value))] string what = "") =>
        string.IsNullOrEmpty(value) ? throw new InvalidDataException($"The master sent an event without {what}.") : value;
}
