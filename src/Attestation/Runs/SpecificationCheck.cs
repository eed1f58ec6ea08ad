using System.Text.Json;

namespace Pipeline.Attestation.Runs;

/// <summary>Whether what is about to run is what was signed for.</summary>
public static class SpecificationCheck
{
    /// <summary>Compares two specifications and names the first member that differs.</summary>
    /// <param name="signed">Whose digest a promotion statement holds.</param>
    /// <param name="actual">What would run.</param>
    public static VerificationOutcome Compare(RunSpecification signed, RunSpecification actual)
    {
        var (left, right) = (signed.ToCanonicalJson(), actual.ToCanonicalJson());
        if (left == right)
            return VerificationOutcome.Verified;
        using var one = JsonDocument.Parse(left);
        using var other = JsonDocument.Parse(right);
        var names = one.RootElement.EnumerateObject().Concat(other.RootElement.EnumerateObject()).Select(p => p.Name).Distinct();
        var name = names.First(n => Text(one, n) != Text(other, n));
        return new VerificationOutcome(
            VerificationCode.SpecificationMismatch, $"The {Word(name)} to run is not what the promotion statement allows.",
            Text(one, name) ?? "none", Text(other, name) ?? "none");
    }

    /// <summary>The words for a specification that is no specification, or not the one that was signed for.</summary>
    public static VerificationOutcome NotSigned(string expected, string found) => new(
        VerificationCode.SpecificationMismatch, "The run specification is not the one of the promotion statement.", expected, found);

    private static string? Text(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var value) ? value.GetRawText() : null;

    private static string Word(string name) => name switch
    {
        "diskMb" => "disk",
        "killGraceSeconds" => "kill grace",
        "memoryMb" => "memory",
        "runLimitSeconds" => "run limit",
        "uris" => "list of URIs",
        _ => name,
    };
}
