using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
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
    /// <summary>GitHub sends no larger body.</summary>
    public const int MaxBody = 25 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/hooks/{forge}", Receive).AllowAnonymous().DisableAntiforgery().WithName("hook-receive").WithTags("hooks")
            .WithSummary("Takes a forge's webhook delivery.");

    private static async Task<Results<Accepted<DeliveryAccepted>, ProblemHttpResult>> Receive(
        string forge, HttpContext http, IOptions<GitWebhooksOptions> options, DeliveryInbox inbox, ILogger<DeliveryInbox> logger,
        CancellationToken ct)
    {
        if (!forge.Equals("github", StringComparison.OrdinalIgnoreCase))
            return Problem(404, "unknown-forge", $"No forge '{forge}' is known here.", "POST to /hooks/github.");
        var signature = http.Request.Headers["X-Hub-Signature-256"].ToString();
        if (signature.Length == 0)
            return Refuse(
                logger, "The delivery is not signed: X-Hub-Signature-256 is missing.",
                "Set a secret on the webhook; the same as GitWebhooks:Secrets.");
        if (http.Request.ContentLength > MaxBody || await ReadAsync(http, ct) is not { } body)
            return Problem(413, "delivery-too-large", "The delivery is larger than 25 MB.", "GitHub sends no such deliveries.");
        if (!Signature.IsValid(signature, body, options.Value.Secrets))
            return Refuse(
                logger,
                options.Value.Secrets.All(string.IsNullOrEmpty)
                    ? "No webhook secret is configured: nothing can be verified."
                    : "The signature does not match the body.",
                "Compare the webhook's secret with GitWebhooks:Secrets; a proxy must not change the body.");
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
        var id = await inbox.StoreAsync(externalId, name, HeadersOf(http.Request), body, ct);
        return TypedResults.Accepted($"/api/v1/deliveries/{id}", new DeliveryAccepted(id, name == "ping" ? "pong" : null));
    }

    private static ProblemHttpResult Refuse(ILogger logger, string reason, string hint)
    {
        Log.DeliveryRefused(logger, reason);
        return Problem(401, "signature-invalid", reason, hint);
    }

    private static ProblemHttpResult Problem(int status, string code, string title, string hint) =>
        TypedResults.Problem(statusCode: status, type: code, title: title, extensions: new Dictionary<string, object?> { ["hint"] = hint });

    /// <returns>Null when there is more than allowed; what is over is never held.</returns>
    private static async Task<byte[]?> ReadAsync(HttpContext http, CancellationToken ct)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(ct);
            if (read.Buffer.Length > MaxBody)
                return null;
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool IsHeader(string text) => text.Length is > 0 and <= 100 && text.All(c => c is > ' ' and <= '~');

    // What the forge said about the delivery; credentials and cookies of whatever sent it are not ours to keep.
    private static Dictionary<string, string> HeadersOf(HttpRequest request) => request.Headers
        .Where(
            h => h.Key.StartsWith("X-", StringComparison.OrdinalIgnoreCase) || h.Key is "Content-Type" or "User-Agent" or "Content-Length")
        .ToDictionary(h => h.Key, h => h.Value.ToString().Replace("\0", "", StringComparison.Ordinal));
}
