using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel;
using Pipeline.People.Contract;
using Pipeline.People.Contract.Views;

namespace Pipeline.People.Tests.Tokens;

/// <summary>Rows of tokens from creation to revocation, and the journal beside them.</summary>
public sealed class TokenLifeTests : IAsyncLifetime
{
    private static readonly Caller Root = new(Actor.Person("root"), new HashSet<string> { Permission.Administer }, [], []);
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private PeopleServer server = default!;

    private TokenQueries Queries => server.Services.GetRequiredService<TokenQueries>();

    public async ValueTask InitializeAsync() => server = await PeopleServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_token_is_listed_with_all_that_it_is_but_its_text()
    {
        var made = await MadeAsync(new NewToken("eleni", "token", ["view", "build"], ["robots"], ["e@example.org"], 7));
        server.Time.Advance(TimeSpan.FromHours(1));
        await server.Tokens.RevokeAsync(Root, made.Id, ct);

        var listed = Assert.Single(await Queries.ListAsync(ct));

        Assert.Equivalent(
            new AccessToken(
                made.Id, "eleni", "token", ["view", "build"], ["robots"], ["e@example.org"],
                PeopleServer.Start, "person:root", PeopleServer.Start.AddDays(7), PeopleServer.Start.AddHours(1)),
            listed, strict: true);
        Assert.Equal(7, made.Id.Version);
    }

    [Fact]
    public async Task The_list_is_of_the_newest_two_hundred_whatever_became_of_them()
    {
        for (var i = 0; i <= 200; i++)
        {
            await MadeAsync(new NewToken($"n{i}", null, null, null, null, 1));
            server.Time.Advance(TimeSpan.FromSeconds(1));
        }

        server.Time.Advance(TimeSpan.FromDays(30)); // all expired

        var logins = (await Queries.ListAsync(ct)).Select(t => t.Login);
        Assert.Equal(Enumerable.Range(1, 200).Reverse().Select(i => $"n{i}"), logins);
    }

    [Fact]
    public async Task A_server_has_tokens_as_soon_as_one_was_made_and_ever_after()
    {
        Assert.False(await Queries.AnyAsync(ct));
        var made = await MadeAsync(new NewToken("eleni", null, null, null, null, null));
        await server.Tokens.RevokeAsync(Root, made.Id, ct);

        Assert.True(await Queries.AnyAsync(ct));
        using var output = new StringWriter();
        await FirstToken.EnsureAsync(server.Services, null, output, ct);
        Assert.Empty(output.ToString()); // who revoked the last token does not get a new one by a restart
    }

    [Fact]
    public async Task No_permissions_are_the_default_ones_and_no_end_is_no_end()
    {
        var made = await MadeAsync(new NewToken("eleni", null, [], null, null, null));
        server.Time.Advance(TimeSpan.FromDays(20_000));

        var listed = Assert.Single(await Queries.ListAsync(ct));

        Assert.Equal(["view", "build", "promote", "approve"], listed.Permissions);
        Assert.Equal(("person", null, null), (listed.Kind, listed.ExpiresAt, listed.RevokedAt));
        using var http = server.Client(made.Token);
        Assert.Equal("let in", await http.GetStringAsync("/needs/approve", ct));
    }

    [Fact]
    public async Task A_refused_token_is_neither_a_row_nor_an_event()
    {
        Assert.Equal(
            "groups", Assert.IsType<CreateTokenOutcome.Invalid>(
                await server.Tokens.CreateAsync(Root, new NewToken("eleni", null, null, [null!], null, null), ct)).Field);

        Assert.Empty(await Queries.ListAsync(ct));
        Assert.Empty(await server.JournalAsync());
    }

    [Fact]
    public async Task A_token_whose_event_cannot_be_stored_is_not_made_and_not_revoked()
    {
        var made = await MadeAsync(new NewToken("eleni", null, null, null, null, null));
        server.Flow = _ => throw new TimeoutException("no queue");

        await Assert.ThrowsAsync<TimeoutException>(() => MadeAsync(new NewToken("nikos", null, null, null, null, null)));
        await Assert.ThrowsAsync<TimeoutException>(() => server.Tokens.RevokeAsync(Root, made.Id, ct));

        Assert.Null(Assert.Single(await Queries.ListAsync(ct)).RevokedAt);
        Assert.Equal(["person:root token.created eleni"], await server.JournalAsync());
    }

    [Fact]
    public async Task Of_many_who_revoke_a_token_at_once_one_does()
    {
        var made = await MadeAsync(new NewToken("eleni", null, null, null, null, null));

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.Tokens.RevokeAsync(Root, made.Id, ct)));

        Assert.Single(results, revoked => revoked);
        Assert.Single(await server.JournalAsync(), e => e == $"person:root token.revoked {made.Id}");
    }

    [Theory]
    [InlineData("644")]
    [InlineData("600")]
    [InlineData(null)]
    public async Task The_file_of_the_first_token_is_its_owner_s_alone_whatever_lay_there(string? mode)
    {
        var folder = Directory.CreateTempSubdirectory("people-").FullName;
        var file = Path.Combine(folder, "admin-token");
        if (mode is not null)
        {
            await File.WriteAllTextAsync(file, new string('x', 500), ct);
            File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32(mode, 8));
        }

        await FirstToken.EnsureAsync(server.Services, file, TextWriter.Null, ct);

        Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(file), 8));
        Assert.Matches("^plt_[A-Za-z0-9_-]{43}[0-9a-f]{6}\n$", await File.ReadAllTextAsync(file, ct));
        var listed = Assert.Single(await Queries.ListAsync(ct));
        Assert.Equal(("admin", "person", "system:first-start", null), (listed.Login, listed.Kind, listed.CreatedBy, listed.ExpiresAt));
        Assert.Equal(Permission.All, listed.Permissions);
        Assert.Equal(["administrators", "operators", "release-managers"], listed.Groups);
        Directory.Delete(folder, recursive: true);
    }

    private async Task<CreatedToken> MadeAsync(NewToken wanted) =>
        Assert.IsType<CreateTokenOutcome.Created>(await server.Tokens.CreateAsync(Root, wanted, ct)).Token;
}
