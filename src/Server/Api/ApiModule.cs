using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Kernel;

namespace Pipeline.Server.Api;

/// <summary>What all slices' endpoints share (JSON, problems, OpenAPI), and the endpoints that read across slices.</summary>
internal static class ApiModule
{
    public static IServiceCollection AddPipelineApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower));
            // Strict: else .NET documents every integer as "integer or string".
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        });
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = Problems.Complete);
        services.AddExceptionHandler<BadRequestHandler>();
        services.AddExceptionHandler<PermissionDeniedHandler>();
        // Otherwise what cannot be bound is answered with a bare 400, which names no field.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddOpenApi("v1", openApi => openApi.OpenApiVersion = Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1);
        services.AddSingleton<CommitQueries>();
        services.AddHealthChecks().AddCheck<ReadyCheck>("database");
        return services;
    }

    public static void MapPipelineApi(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization(Permission.View);
        app.MapCommits();
        app.MapEventStream();
        app.MapAbout();
    }
}
