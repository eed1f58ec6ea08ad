using Microsoft.AspNetCore.Http;
using Pipeline.Scheduler.Core.Policy;

namespace Pipeline.Scheduler.Http.Validation;

/// <summary>The id of a request, deploy or run in a path.</summary>
internal static class PathId
{
    /// <summary>400 unless the <c>id</c> in the path could be one.</summary>
    public static ValueTask<object?> Filter(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (context.HttpContext.Request.RouteValues["id"] is not string id || IdRules.Fault(id, IdRules.MostRequest) is not { } fault)
            return next(context);
        var fields = new FieldErrors();
        fields.Require("id", false, fault);
        return new ValueTask<object?>(fields.Problem());
    }
}
