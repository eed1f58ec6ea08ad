using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Kernel;

namespace Pipeline.People.Tests;

public sealed class TokenEndpointTests : IAsyncLifetime
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private PeopleServer server = default!;
    private HttpClient admin = default!;

    public async ValueTask InitializeAsync()
    {
        server = await PeopleServer.StartAsync();
        admin = server.Client((await server.TokenAsync("root", Permission.Administer, Permission.View)).Token);
    }

    public async ValueTask DisposeAsync()
    {
        admin.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_new_token_signs_in_with_what_it_was_given_and_its_text_is_kept_nowhere()
    {
        var made = await CreateAsync(new { login = "eleni", kind = "token", permissions = new[] { "view", "build" }, groups = new[] { "robots" }, expiresInDays = 1 });
        var text = made.GetProperty("token").GetString()!;

        using var eleni = server.Client(text);
        var me = await eleni.GetFromJsonAsync<JsonElement>("/api/v1/me", ct);

        Assert.Equal("eleni", me.GetProperty("login").GetString());
        Assert.Equal("token", me.GetProperty("kind").GetString());
        Assert.Equal(["view", "build"], me.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()));
        Assert.Equal(["robots"], me.GetProperty("groups").EnumerateArray().Select(p => p.GetString()));
        var listed = await admin.GetStringAsync("/api/v1/tokens", ct);
        Assert.Contains("\"eleni\"", listed, StringComparison.Ordinal);
        Assert.DoesNotContain(text, listed, StringComparison.Ordinal);
        await using var rows = server.Db.CreateCommand("SELECT string_agg(t::text, '') FROM identity.token t");
        Assert.DoesNotContain(text, (string)(await rows.ExecuteScalarAsync(ct))!, StringComparison.Ordinal);
        Assert.Contains("person:root token.created eleni", await server.JournalAsync());
    }

    [Fact]
    public async Task What_is_not_said_gets_the_defaults_of_a_person()
    {
        var made = await CreateAsync(new { name = "nikos" });

        using var nikos = server.Client(made.GetProperty("token").GetString());
        var me = await nikos.GetFromJsonAsync<JsonElement>("/api/v1/me", ct);

        Assert.Equal("nikos", me.GetProperty("login").GetString());
        Assert.Equal("person", me.GetProperty("kind").GetString());
        Assert.Equal(["view", "build", "promote", "approve"], me.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()));
    }

    [Theory]
    [InlineData("""{}""", "/login", "letters, digits")]
    [InlineData("""{"login":""}""", "/login", "letters, digits")]
    [InlineData("""{"login":".hidden"}""", "/login", "letters, digits")]
    [InlineData("""{"login":"a b"}""", "/login", "letters, digits")]
    [InlineData("""{"login":"eleni\n"}""", "/login", "letters, digits")]
    [InlineData("""{"login":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", "/login", "at most 64")]
    [InlineData("""{"login":"x","kind":"robot"}""", "/kind", "'robot'")]
    [InlineData("""{"login":"x","permissions":["view","root"]}""", "/permissions", "'root'")]
    [InlineData("""{"login":"x","expiresInDays":0}""", "/expiresInDays", "1 to 3650 days")]
    [InlineData("""{"login":"x","expiresInDays":3651}""", "/expiresInDays", "1 to 3650 days")]
    public async Task A_token_that_cannot_be_is_refused_with_its_field_and_the_remedy(string body, string pointer, string remedy)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await admin.PostAsync("/api/v1/tokens", content, ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal(pointer, error.GetProperty("pointer").GetString());
        Assert.Contains(remedy, error.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await using var count = server.Db.CreateCommand("SELECT count(*) FROM identity.token");
        Assert.Equal(1L, await count.ExecuteScalarAsync(ct));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3650)]
    public async Task The_first_and_the_last_day_allowed_are_allowed(int days)
    {
        var made = await CreateAsync(new { login = "x", expiresInDays = days });

        using var x = server.Client(made.GetProperty("token").GetString());
        server.Time.SetUtcNow(PeopleServer.Start.AddDays(days).AddSeconds(-1));
        Assert.Equal(HttpStatusCode.OK, (await x.GetAsync("/needs/build", ct)).StatusCode);
        server.Time.SetUtcNow(PeopleServer.Start.AddDays(days));
        Assert.Equal(HttpStatusCode.Unauthorized, (await x.GetAsync("/needs/build", ct)).StatusCode);
    }

    [Fact]
    public async Task A_revoked_token_is_over_at_once_and_cannot_be_revoked_again()
    {
        var made = await server.TokenAsync("eleni", Permission.Build);
        using var eleni = server.Client(made.Token);
        Assert.Equal(HttpStatusCode.OK, (await eleni.GetAsync("/needs/build", ct)).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"/api/v1/tokens/{made.Id}", ct)).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await eleni.GetAsync("/needs/build", ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.DeleteAsync($"/api/v1/tokens/{made.Id}", ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.DeleteAsync($"/api/v1/tokens/{Guid.Empty}", ct)).StatusCode);
        Assert.Single(await server.JournalAsync(), e => e == $"person:root token.revoked {made.Id}");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Only_an_administrator_reaches_tokens(string method)
    {
        using var all = server.Client((await server.TokenAsync("nikos", [.. Permission.All.Except([Permission.Administer])])).Token);
        var path = method == "DELETE" ? $"/api/v1/tokens/{Guid.Empty}" : "/api/v1/tokens";
        using var asPerson = new HttpRequestMessage(new HttpMethod(method), path) { Content = JsonContent.Create(new { login = "x" }) };
        using var asNobody = new HttpRequestMessage(new HttpMethod(method), path) { Content = JsonContent.Create(new { login = "x" }) };

        Assert.Equal(HttpStatusCode.Forbidden, (await all.SendAsync(asPerson, ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.SendAsync(asNobody, ct)).StatusCode);
    }

    private async Task<JsonElement> CreateAsync(object body)
    {
        using var response = await admin.PostAsJsonAsync("/api/v1/tokens", body, ct);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var made = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        Assert.Equal($"/api/v1/tokens/{made.GetProperty("id").GetGuid()}", response.Headers.Location?.ToString());
        return made;
    }
}
