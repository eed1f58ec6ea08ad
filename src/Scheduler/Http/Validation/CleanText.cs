using Microsoft.AspNetCore.Http;

namespace Pipeline.Scheduler.Http.Validation;

/// <summary>What no path, query or body may hold, because neither a page, a terminal nor the database can.</summary>
internal static class CleanText
{
    private const int Most = 300;

    public static bool IsClean(string? text) => text is null || !text.Any(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r'));

    /// <summary>Values of the path and the query are looked at before anything else: 400 with the name of the parameter.</summary>
    public static ValueTask<object?> Filter(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var given = http.Request.RouteValues.Select(r => (r.Key, Value: r.Value as string))
            .Concat(http.Request.Query.SelectMany(q => q.Value.Select(v => (q.Key, Value: v))));
        foreach (var (name, value) in given)
        {
            if (!IsClean(value))
                return new ValueTask<object?>(Problems.Bad(name, "It has control characters.", "Give printed characters only."));
            if (value?.Length > Most && name is not ("path" or "reason"))
                return new ValueTask<object?>(Problems.Bad(name, $"It has {value.Length} characters.", $"Give {Most} at most."));
        }

        return next(context);
    }
}
