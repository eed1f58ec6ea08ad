using Pipeline.Server.Api;

namespace Pipeline.Server.Http;

/// <summary>Answers only under a name of ours: 400 under any other, and without one.</summary>
internal sealed class HostCheck(RequestDelegate next, HostNames names)
{
    public Task InvokeAsync(HttpContext context) =>
        // Whoever watches over this process asks by an address.
        context.Request.Path.StartsWithSegments("/health") || names.Has(context.Request.Host.Host)
            ? next(context)
            : Problems.Refused(
                StatusCodes.Status400BadRequest, "unknown-host", "The server does not answer under this name.",
                $"'{context.Request.Host.Host}' is neither the host of PublicUrl nor one of Http:AllowedHosts. "
                + "Add it there if people reach the server by it.").ExecuteAsync(context);
}
