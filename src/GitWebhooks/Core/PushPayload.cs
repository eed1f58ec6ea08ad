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
                RefOf(root),
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

    /// <exception cref="PayloadException">It is no text that can be stored: half a surrogate pair, bytes that are not UTF-8, a NUL.
    /// </exception>
    internal static string? Text(JsonElement? parent, string name)
    {
        if (parent is not { ValueKind: JsonValueKind.Object } p || !p.TryGetProperty(name, out var value)
            || value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString() is not { Length: > 0 } text ? null
                : !text.Contains('\0', StringComparison.Ordinal) ? text
                : throw new PayloadException($"{name} holds a NUL.");
        }
        catch (InvalidOperationException)
        {
            throw new PayloadException($"{name} is not Unicode text.");
        }
    }

    private static string RefOf(JsonElement root)
    {
        var name = Text(root, "ref") ?? throw new PayloadException("ref is missing.");
        return ForgeNames.IsRef(name) ? name : throw new PayloadException("ref is not a name that git allows.");
    }

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
        var account = PushPayload.Child(repository, "owner");
        var owner = slash > 0 ? fullName![..slash] : PushPayload.Text(account, "login") ?? PushPayload.Text(account, "name");
        var name = slash > 0 ? fullName![(slash + 1)..] : PushPayload.Text(repository, "name");
        var defaultBranch = PushPayload.Text(repository, "default_branch") ?? PushPayload.Text(repository, "master_branch") ?? "main";
        if (!ForgeNames.IsOwnerOrRepository(owner) || !ForgeNames.IsOwnerOrRepository(name))
            throw new PayloadException("repository.full_name is missing or not owner/name.");
        if (!ForgeNames.IsBranch(defaultBranch))
            throw new PayloadException("repository.default_branch is not a name that git allows.");
        return new PushedRepository(
            forgeId, owner!, name!, PushPayload.Text(repository, "clone_url"), PushPayload.Text(repository, "html_url"), defaultBranch);
    }
}

/// <summary>A signed delivery that says something we cannot use. Kept, shown, never retried.</summary>
internal sealed class PayloadException(string message) : Exception(message);
