using System.Reflection;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Kernel;

namespace Pipeline.Server.Api;

/// <summary>Version, liveness and readiness.</summary>
internal static class AboutEndpoints
{
    public sealed record VersionView(string Version, string? Commit, string Dotnet, string OldestCli);

    public static void MapAbout(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/version", Version).RequireAuthorization(Permission.View).WithTags("About");
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        app.MapGet("/commits/{sha}", ToCommitPage).RequireAuthorization(Permission.View).ExcludeFromDescription();
    }

    private static Ok<VersionView> Version()
    {
        var full = typeof(AboutEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "0.0.0";
        var parts = full.Split('+', 2);
        return TypedResults.Ok(new VersionView(parts[0], parts.Length > 1 ? parts[1] : null, Environment.Version.ToString(), "0.1.0"));
    }

    // Commit statuses link here: the page's address has the repository's name, which may change.
    private static async Task<Results<RedirectHttpResult, NotFound>> ToCommitPage(string sha, CommitQueries commits, CancellationToken ct)
    {
        var found = await commits.FindAsync(sha, ct);
        return found.Count == 0
            ? TypedResults.NotFound()
            : TypedResults.Redirect(
                $"/repos/{Uri.EscapeDataString(found[0].Owner)}/{Uri.EscapeDataString(found[0].Name)}/commits/{found[0].Sha}");
    }
}
