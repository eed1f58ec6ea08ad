using Microsoft.AspNetCore.Http.HttpResults;

namespace Pipeline.LoadBalancers.Traffic;

/// <summary>Answers for routes that no healthy instance serves: routes to instances are more specific and come first.</summary>
internal static class UnservedRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.Map("/apps/{stage}/{**route}", NotServed);
        routes.MapFallback(NothingHere);
    }

    private static ProblemHttpResult NotServed(string stage, string? route) => TypedResults.Problem(
        statusCode: StatusCodes.Status404NotFound,
        type: "no-healthy-instance",
        title: "Nothing answers here.",
        detail: $"No healthy instance in {stage} serves /{route}.",
        extensions: new Dictionary<string, object?> { ["hint"] = "See /deployables of the server for what runs where." });

    private static ProblemHttpResult NothingHere() => TypedResults.Problem(
        statusCode: StatusCodes.Status404NotFound,
        type: "no-application",
        title: "Nothing answers here.",
        detail: "Applications are served at /apps/<stage>/<route>/. The pages and the API have another address.");
}
