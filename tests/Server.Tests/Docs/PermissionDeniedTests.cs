using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Kernel;
using Pipeline.Server.Api;

namespace Pipeline.Server.Tests.Docs;

/// <summary>What a command refuses is answered as such, also where an endpoint forgot to ask for the permission.</summary>
public sealed class PermissionDeniedTests
{
    [Theory]
    [InlineData(true, HttpStatusCode.Unauthorized, "sign-in-required", "Nobody is signed in.")]
    [InlineData(false, HttpStatusCode.Forbidden, "not-allowed", "nikos does not have the permission “approve”.")]
    public async Task A_refusal_names_the_permission(bool anonymous, HttpStatusCode status, string code, string detail)
    {
        var ct = TestContext.Current.CancellationToken;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddPipelineApi();
        await using var app = builder.Build();
        app.UseExceptionHandler();
        app.MapPost("/approve", () => (anonymous ? Caller.Anonymous : Named("nikos")).Require(Permission.Approve));
        await app.StartAsync(ct);
        using var http = new HttpClient();

        using var response = await http.PostAsync(new Uri(app.Urls.First() + "/approve"), null, ct);

        Assert.Equal(status, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(Permission.Approve, problem.GetProperty("permission").GetString());
        Assert.StartsWith(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static Caller Named(string login) => new(Actor.Person(login), new HashSet<string> { Permission.View }, [], []);
}
