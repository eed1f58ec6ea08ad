using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests;

/// <summary>The API on a real socket and a real database; the caller's permissions come in a header.</summary>
internal sealed class ArtifactHost : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly WebApplication app;

    private ArtifactHost(WebApplication app, string folder)
    {
        (this.app, Folder) = (app, folder);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Allow("view hold");
    }

    public HttpClient Http { get; }
    public string Folder { get; }

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<ArtifactHost> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("artifact-http-test-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["DataDirectory"] = folder;
        builder.Services.AddKernel(await TestPostgres.CreateDatabaseAsync(typeof(ArtifactStoreModule).Assembly));
        builder.Services.AddSingleton(new EventFlow(_ => { }));
        builder.Services.AddArtifactStore(builder.Configuration);
        builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, HeaderSignIn>("test", null);
        builder.Services.AddAuthorization(o =>
        {
            foreach (var permission in Permission.All)
                o.AddPolicy(permission, p => p.RequireClaim(CallerClaims.Permission, permission));
        });
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapArtifactStore();
        await app.StartAsync();
        return new ArtifactHost(app, folder);
    }

    /// <summary>What the caller of the next requests may do; null: nobody is signed in.</summary>
    public void Allow(string? permissions)
    {
        Http.DefaultRequestHeaders.Remove("permissions");
        if (permissions is not null)
            Http.DefaultRequestHeaders.Add("permissions", permissions);
    }

    public async Task<Digest> PutAsync(byte[] bytes)
    {
        var digest = Digest.Of(bytes);
        await Get<BlobStore>().PutAsync(new MemoryStream(bytes), digest, None);
        return digest;
    }

    public async Task<Release> MakeReleaseAsync(int build = 1, string? commit = null)
    {
        await PutAsync("api"u8.ToArray());
        await PutAsync("web"u8.ToArray());
        return await Get<ReleaseCommands>().CreateAsync(Tester, Release(build, commit), None);
    }

    public string FileOf(Digest digest) => Path.Combine(Folder, "artifacts", "sha256", digest.Hex[..2], digest.Hex[2..]);

    public Task<JsonElement> JsonAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path, None);

    /// <summary>The fields that a 400 names, and its sentences.</summary>
    public static async Task<(string Pointers, string Detail)> ProblemAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(None);
        Assert.Equal("invalid-input", problem.GetProperty("type").GetString());
        return (
            string.Join(' ', problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString())),
            problem.GetProperty("detail").GetString()!);
    }

    public async Task<int> ExecuteAsync(string sql)
    {
        await using var command = Get<NpgsqlDataSource>().CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync(); // waits for the publisher of the trust policy, which writes into the folder
        await app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private sealed class HeaderSignIn(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (!Request.Headers.TryGetValue("permissions", out var permissions))
                return Task.FromResult(AuthenticateResult.NoResult());
            var claims = permissions.ToString().Split(' ').Select(p => new Claim(CallerClaims.Permission, p))
                .Append(new Claim(ClaimTypes.Name, "eleni"));
            var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, "test"));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, "test")));
        }
    }
}
