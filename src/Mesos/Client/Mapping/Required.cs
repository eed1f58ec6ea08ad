using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Pipeline.Mesos.Client.Mapping;

/// <summary>
/// Required fields of events. C#'s protobuf parser does not check them, and checking them all costs too much where an event has 10,000
/// offers: only those that we read are checked.
/// </summary>
internal static class Required
{
    /// <exception cref="InvalidDataException">The field is missing.</exception>
    public static T Value<T>([NotNull] T? value, [CallerArgumentExpression(nameof(value))] string name = "") where T : class =>
        value ?? throw new InvalidDataException($"The master sent an event without {name}.");

    /// <exception cref="InvalidDataException">The field is missing or empty.</exception>
    public static string Text([NotNull] string? value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        string.IsNullOrEmpty(value) ? throw new InvalidDataException($"The master sent an event without {name}.") : value;
}
