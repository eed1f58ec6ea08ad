using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Server.Api;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Docs;

/// <summary>What cannot be bound to an endpoint: refused with its field before the endpoint is called.</summary>
public sealed class BadRequestTests : IAsyncLifetime
{
    private readonly HttpClient http = new();
    private WebApplication? app;
    private NpgsqlDataSource? db;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddPipelineApi();
        app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapPost("/scale", (ScaleBody? body) => body?.Instances);
        app.MapPost("/machine", (MachineBody? body) => body?.Reason);
        app.MapPost("/run", (RunBody body) => body.RunId);
        db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        app.MapGet("/stored", (string type, string value) => StoreAsync(db, type, value));
        app.MapGet("/tasks", (int? limit, bool? active) => $"{limit} {active}");
        await app.StartAsync();
        http.BaseAddress = new Uri(app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app!.DisposeAsync();
        await db!.DisposeAsync();
    }

    [Theory]
    [InlineData("/scale", "{\"instances\": \"three\"}", "/instances")]
    [InlineData("/scale", "{\"instances\": 1.5}", "/instances")]
    [InlineData("/scale", "{\"instances\": 99999999999}", "/instances")]
    [InlineData("/scale", "{\"acknowledged\": \"yes\"}", "/acknowledged")]
    [InlineData("/scale", "[1, 2]", "")]
    [InlineData("/scale", "3", "")]
    [InlineData("/scale", "\"three\"", "")]
    [InlineData("/scale", "{\"instances\": 3", "/instances")]
    [InlineData("/scale", "not json", "")]
    [InlineData("/machine", "{\"durationSeconds\": \"an hour\"}", "/durationSeconds")]
    [InlineData("/machine", "{\"atExpiry\": 7}", "/atExpiry")]
    [InlineData("/machine", "{\"reason\": {\"text\": \"x\"}}", "/reason")]
    [InlineData("/machine", "{\"reason\": \"\\ud800\"}", "/reason")]
    [InlineData("/run", "{\"arguments\": \"--all\"}", "/arguments")]
    [InlineData("/run", "{\"runAt\": \"tomorrow\"}", "/runAt")]
    [InlineData("/run", "{\"resources\": {\"cpus\": \"many\"}}", "/resources/cpus")]
    [InlineData("/run", "", "")]
    public async Task A_body_that_cannot_be_read_is_400_with_its_field(string path, string body, string pointer)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(path, content);
        await ProblemAsync(response, HttpStatusCode.BadRequest, "invalid-request", pointer);
    }

    [Theory]
    [InlineData("/tasks?limit=many", "/limit", "whole number")]
    [InlineData("/tasks?limit=1.5", "/limit", "whole number")]
    [InlineData("/tasks?active=maybe", "/active", "true or false")]
    public async Task A_parameter_that_cannot_be_read_is_400_with_its_name(string path, string pointer, string remedy)
    {
        using var response = await http.GetAsync(path);
        Assert.Contains(
            remedy, await ProblemAsync(response, HttpStatusCode.BadRequest, "invalid-request", pointer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text", "a%00b")]
    [InlineData("jsonb", "%7B%22a%22%3A%22%5Cu0000%22%7D")] // {"a":"\u0000"}
    public async Task A_text_that_no_endpoint_looked_at_and_PostgreSQL_cannot_hold_is_400(string type, string value)
    {
        using var response = await http.GetAsync($"/stored?type={type}&value={value}");
        Assert.Contains("NUL", await ProblemAsync(response, HttpStatusCode.BadRequest, "invalid-request", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_failure_of_PostgreSQL_stays_a_failure_of_the_server()
    {
        using var response = await http.GetAsync("/stored?type=jsonb&value=no-json");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Another_content_type_is_415_with_the_right_one(string type)
    {
        using var content = new StringContent("{}", Encoding.UTF8, type);
        using var response = await http.PostAsync("/scale", content);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported-media-type"), (response.StatusCode, problem.GetProperty("code").GetString()));
        Assert.Contains("application/json", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task StoreAsync(NpgsqlDataSource db, string type, string value)
    {
        await using var command = db.CreateCommand($"SELECT CAST($1 AS {(type == "jsonb" ? "jsonb" : "text")})");
        command.Parameters.AddWithValue(value);
        await command.ExecuteScalarAsync();
    }

    private static async Task<string> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code, string pointer)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        var problem = JsonDocument.Parse(text).RootElement;
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal((code, pointer), (problem.GetProperty("code").GetString(), error.GetProperty("pointer").GetString()));
        return error.GetProperty("detail").GetString()!;
    }

    private sealed record ScaleBody(int? Instances, bool? Acknowledged);

    private sealed record MachineBody(double? DurationSeconds, string? AtExpiry, string? Reason);

    private sealed record RunBody(string? RunId, IReadOnlyList<string>? Arguments, DateTimeOffset? RunAt, RunResources? Resources);

    private sealed record RunResources(decimal? Cpus);
}
