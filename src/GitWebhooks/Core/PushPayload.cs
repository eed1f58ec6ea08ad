using System.Text.Json;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Core;

/// <summary>What a push delivery says, read leniently: GitHub leaves out or nulls much of it (deletes, tags, forced pushes).</summary>
/// <param name="Ref">Full: <c>refs/heads/feature/a</c>.</param>
/// <param name="Before">Null for a new ref.</param>
/// <param name="After">Null for a deleted one.</param>
internal sealed record PushPayload(
    string Ref, CommitSha? Before, CommitSha? After, bool Forced, string Pusher, PushedRepository Repository)
{
    private const string Heads = "refs/heads/";

    /// <summary>Null for tags and anything else that is no branch.</summary>
    public string? Branch => Ref.StartsWith(Heads, StringComparison.Ordinal) ? Ref[Heads.Length..] : null;

    /// <exception cref="PayloadException">Names the field that is missing or wrong.</exception>
    public static PushPayload Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return new PushPayload(
                Text(root, "ref") ?? throw new PayloadException("ref is missing."),
                Sha(root, "before"),
                Sha(root, "after"),
                root.TryGetProperty("forced", out var forced) && forced.ValueKind == JsonValueKind.True,
                Text(Child(root, "pusher"), "name") ?? Text(Child(root, "sender"), "login") ?? "unknown",
                PushedRepository.Parse(Child(root, "repository") ?? throw new PayloadException("repository is missing.")));
        }
        catch (JsonException e)
        {
            throw new PayloadException($"The body is not JSON: {e.Message}");
        }
    }

    internal static JsonElement? Child(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } p && p.TryGetProperty(name, out var child) && child.ValueKind == JsonValueKind.Object
            ? child
            : null;

    internal static string? Text(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } p && p.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text ? text : null;

    private static CommitSha? Sha(JsonElement root, string name)
    {
        var text = Text(root, name);
        if (text is null || text.All(c => c == '0'))
            return null;
        return CommitSha.TryParse(text, out var sha) ? sha : throw new PayloadException($"{name} is not a commit: '{text}'.");
    }
}

/// <summary>The repository as a delivery names it.</summary>
internal sealed record PushedRepository(long ForgeId, string Owner, string Name, string? CloneUrl, string? WebUrl, string DefaultBranch)
{
    internal static PushedRepository Parse(JsonElement repository)
    {
        if (!repository.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.Number || !id.TryGetInt64(out var forgeId))
            throw new PayloadException("repository.id is missing or no number.");
        var fullName = PushPayload.Text(repository, "full_name");
        var slash = fullName?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        var owner = PushPayload.Child(repository, "owner");
        return new PushedRepository(
            forgeId,
            slash > 0
                ? fullName![..slash]
                : PushPayload.Text(owner, "login") ?? PushPayload.Text(owner, "name") ?? throw new PayloadException(
                    "repository.full_name is missing."),
            slash > 0
                ? fullName![(slash + 1)..]
                : PushPayload.Text(repository, "name") ?? throw new PayloadException("repository.name is missing."),
            PushPayload.Text(repository, "clone_url"),
            PushPayload.Text(repository, "html_url"),
            PushPayload.Text(repository, "default_branch") ?? PushPayload.Text(repository, "master_branch") ?? "main");
    }
}

/// <summary>A signed delivery that says something we cannot use. Kept, shown, never retried.</summary>
internal sealed class PayloadException(string message) : Exception(message);
