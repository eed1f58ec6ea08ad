using System.Text.Json;
using Pipeline.Attestation.Runs;

namespace Pipeline.Scheduler.Launching;

/// <summary>What the JSON for TaskRunner says about signatures. Its writer is another slice, and the row may have been edited.</summary>
/// <param name="IsRun">It runs a deployable, rather than a build.</param>
/// <param name="Specification">Canonical JSON of what runs; null when there is none.</param>
internal sealed record RunnerText(bool IsRun, string? Specification)
{
    /// <summary>Never null: what has no specification is compared all the same, and found wanting.</summary>
    public string SpecificationDigest => Specification is null ? "none" : RunSpecification.DigestOf(Specification);

    public static RunnerText Of(string runnerSpec)
    {
        try
        {
            using var json = JsonDocument.Parse(runnerSpec);
            return json.RootElement.ValueKind != JsonValueKind.Object
                ? new RunnerText(false, null)
                : new RunnerText(Text(json.RootElement, "kind") == "run", Text(json.RootElement, "specification"));
        }
        catch (JsonException)
        {
            return new RunnerText(false, null);
        }
    }

    private static string? Text(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
