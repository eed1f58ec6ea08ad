using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.DeployStages.Http;

/// <summary>The stages and deployables of the API.</summary>
internal static class StageEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").RequireAuthorization(Permission.View).WithTags("stages");
        group.MapGet("/stages", List).WithName("stage-list");
        group.MapGet("/stages/{name}", Show).WithName("stage-show");
        group.MapGet("/deployables", ListDeployables).WithName("deployable-list");
        group.MapGet("/deployables/{name}", ShowDeployable).WithName("deployable-show");
    }

    private static Ok<Page<StageView>> List(StageQueries stages) => TypedResults.Ok(new Page<StageView>(stages.Stages(), null));

    private static async Task<Results<Ok<StageDetails>, ProblemHttpResult>> Show(string name, StageQueries stages, CancellationToken ct) =>
        stages.Find(name) is { } stage
            ? TypedResults.Ok(new StageDetails(stage, await stages.SlotsAsync(name, ct)))
            : Problems.NotFound($"There is no stage '{name}'.", "GET /api/v1/stages lists them.");

    private static async Task<Results<Ok<Page<DeployableRow>>, ProblemHttpResult>> ListDeployables(
        StageQueries stages, CancellationToken ct, string? cursor = null, int limit = 30) =>
        Problems.Limit(limit) is { } wrong ? wrong : TypedResults.Ok(await stages.DeployablesAsync(cursor, limit, ct));

    private static async Task<Results<Ok<DeployableRow>, ProblemHttpResult>> ShowDeployable(
        string name, StageQueries stages, CancellationToken ct) =>
        await stages.DeployableAsync(name, ct) is { } row
            ? TypedResults.Ok(row)
            : Problems.NotFound(
                $"There is no deployable '{name}'.",
                "It appears when its first release is healthy in a stage. GET /api/v1/deployables lists them.");
}
