using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Pipeline.People.Core;
using Pipeline.People.Data;

namespace Pipeline.People.Http;

/// <summary><c>Authorization: Bearer plt_…</c></summary>
internal sealed class BearerTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenStore tokens,
    FailedSignIns failures)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Bearer";

    private TimeSpan? wait;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        var text = header["Bearer ".Length..].Trim();
        var token = await tokens.FindValidAsync(text, Context.RequestAborted);
        if (token is not null)
            return AuthenticateResult.Success(new AuthenticationTicket(Principals.Of(token, Scheme), Scheme));
        // Others have tokens of their own form, for paths of their own: a task's is no try at a person's.
        if (TokenText.LooksLikeOne(text))
            wait = failures.Count(Context.Connection.RemoteIpAddress);
        return AuthenticateResult.Fail("The access token is unknown, expired or revoked.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (wait is { } time)
        {
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            Response.Headers.RetryAfter = RetryAfter.Seconds(time);
            return Task.CompletedTask;
        }

        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return Task.CompletedTask;
    }
}
