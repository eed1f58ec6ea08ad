using Microsoft.AspNetCore.Http.HttpResults;

namespace Pipeline.LoadBalancers.Http;

/// <summary>Answers for routes that no healthy instance serves: routes to instances are more specific and come first.</summary>
internal static class UnservedRoutes
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.Map("/apps/{stage}/{**route}", NotServed).AllowAnonymous().ExcludeFromDescription();

    private static ProblemHttpResult NotServed(string stage, string? route) => TypedResults.Problem(
        statusCode: StatusCodes.Status404NotFound,
        type: "no-healthy-instance",
        title: "Nothing answers here.",
        detail: $"No healthy instance in {stage} serves /{route}.",
        extensions: new Dictionary<string, object?> { ["hint"] = "See /deployables for what runs where." });
}
