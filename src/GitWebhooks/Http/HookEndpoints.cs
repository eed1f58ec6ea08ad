using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.GitWebhooks.Core;

namespace Pipeline.GitWebhooks.Http;

/// <summary>The answer to a delivery that is stored.</summary>
/// <param name="DeliveryId">Ours, at <c>/api/v1/deliveries/{id}</c>.</param>
internal sealed record DeliveryAccepted(Guid DeliveryId, string? Message);

/// <summary>Receives webhooks: verify the bytes, store them, answer. Nothing is parsed before the signature holds.</summary>
internal static class HookEndpoints
{
    private const string ComeBackInSeconds = "5";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/hooks/{forge}", Receive).AllowAnonymous().DisableAntiforgery().WithName("hook-receive").WithTags("hooks")
            .WithSummary("Takes a forge's webhook delivery.");

    private static async Task<Results<Accepted<DeliveryAccepted>, ProblemHttpResult>> Receive(
        string forge, HttpContext http, IOptions<GitWebhooksOptions> options, BodyBudget budget, DeliveryInbox inbox,
        ILogger<DeliveryInbox> logger, CancellationToken ct)
    {
        if (!forge.Equals("github", StringComparison.OrdinalIgnoreCase))
            return Problem(404, "unknown-forge", $"No forge '{forge}' is known here.", "POST to /hooks/github.");
        var signature = http.Request.Headers["X-Hub-Signature-256"].ToString();
        if (signature.Length == 0)
            return Refuse(
                logger, "The delivery is not signed: X-Hub-Signature-256 is missing.",
                "Set a secret on the webhook; the same as GitWebhooks:Secrets.");
        using var body = new DeliveryBody(budget);
        if (await body.ReadAsync(http, ct) is var read and not BodyRead.Complete)
            return NotRead(http, read, logger);
        if (!Signature.IsValid(signature, body.Pieces, options.Value.Secrets))
            return Refuse(
                logger, WhyUnsigned(options.Value),
                "Compare the webhook's secret with GitWebhooks:Secrets; a proxy must not change the body.");
        return await TakeAsync(http, body.ToArray(), inbox);
    }

    private static async Task<Results<Accepted<DeliveryAccepted>, ProblemHttpResult>> TakeAsync(
        HttpContext http, byte[] body, DeliveryInbox inbox)
    {
        var externalId = http.Request.Headers["X-GitHub-Delivery"].ToString();
        var name = http.Request.Headers["X-GitHub-Event"].ToString();
        if (!IsHeader(externalId) || !IsHeader(name))
            return Problem(
                400, "header-missing",
                $"{(IsHeader(name) ? "X-GitHub-Delivery" : "X-GitHub-Event")} is missing or not plain text of at most 100 characters.",
                "Send GitHub's headers.");
        if (!HookBody.IsJsonObject(HookBody.JsonOf(http.Request.ContentType, body).Span))
            return Problem(
                400, "body-not-json", "The delivery is not a JSON object.",
                "Send application/json, or a form with the JSON in its field payload.");
        // A sender that hangs up now has sent all the same: half a transaction would be our fault, and no forge sends it again.
        var id = await inbox.StoreAsync(externalId, name, HeadersOf(http.Request), body, CancellationToken.None);
        return TypedResults.Accepted($"/api/v1/deliveries/{id}", new DeliveryAccepted(id, name == "ping" ? "pong" : null));
    }

    private static ProblemHttpResult Refuse(ILogger logger, string reason, string hint)
    {
        Log.DeliveryRefused(logger, reason);
        return Problem(401, "signature-invalid", reason, hint);
    }

    private static ProblemHttpResult Problem(int status, string code, string title, string hint) =>
        TypedResults.Problem(statusCode: status, type: code, title: title, extensions: new Dictionary<string, object?> { ["hint"] = hint });

    private static string WhyUnsigned(GitWebhooksOptions options) => options.Secrets.All(string.IsNullOrEmpty)
        ? "No webhook secret is configured: nothing can be verified."
        : "The signature does not match the body.";

    private static ProblemHttpResult NotRead(HttpContext http, BodyRead read, ILogger logger)
    {
        if (read == BodyRead.TooLarge)
        {
            const string tooLarge = "The delivery is larger than 25 MB.";
            Log.DeliveryRefused(logger, tooLarge);
            return Problem(
                413, "delivery-too-large", tooLarge,
                "Leave commits and head_commit out, which are read from git; GitHub delivers nothing larger either.");
        }

        http.Response.Headers.RetryAfter = ComeBackInSeconds;
        return Problem(
            503, "too-many-bodies", "Other deliveries that arrive now take all the memory that there is for them.",
            "Send it again; GitWebhooks:UnverifiedBytes sets how much memory there is.");
    }

    private static bool IsHeader(string text) => text.Length is > 0 and <= 100 && text.All(c => c is > ' ' and <= '~');

    // What the forge said about the delivery; credentials and cookies of whatever sent it are not ours to keep, nor is the signature,
    // which with the body could be sent again as something new.
    private static Dictionary<string, string> HeadersOf(HttpRequest request) => request.Headers
        .Where(
            h => h.Key.StartsWith("X-", StringComparison.OrdinalIgnoreCase) || h.Key is "Content-Type" or "User-Agent" or "Content-Length")
        .ToDictionary(h => h.Key, h => DeliveryHeaders.Shown(h.Key, h.Value.ToString().Replace("\0", "", StringComparison.Ordinal)));
}
