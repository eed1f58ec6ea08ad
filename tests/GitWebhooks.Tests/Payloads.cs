using System.Text.Json;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Tests;

internal static class Payloads
{
    public const string Zero = "0000000000000000000000000000000000000000";

    public static string Push(
        CommitSha? after, CommitSha? before = null, string branch = "main", long id = 7, string name = "shop", bool forced = false,
        string? @ref = null, string? cloneUrl = null) =>
        JsonSerializer.Serialize(new
        {
            @ref = @ref ?? $"refs/heads/{branch}",
            before = before?.ToString() ?? Zero,
            after = after?.ToString() ?? Zero,
            created = before is null,
            deleted = after is null,
            forced,
            head_commit = (object?)null,
            repository = new
            {
                id, name, full_name = $"acme/{name}", clone_url = cloneUrl ?? $"https://github.com/acme/{name}.git",
                default_branch = "main",
            },
            pusher = new { name = "eleni" },
        });
}
