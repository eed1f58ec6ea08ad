using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Kernel;
using Pipeline.People.Http;

namespace Pipeline.People.Tests.Tokens;

/// <summary>Who sends wrong tokens has to wait, and nobody else does.</summary>
public sealed class FailedSignInTests
{
    private static readonly IPAddress Guesser = IPAddress.Parse("203.0.113.9");
    private readonly FakeTimeProvider time = new(PeopleServer.Start);

    [Fact]
    public void After_so_many_wrong_tokens_an_address_waits_until_the_minute_is_over()
    {
        var failures = new FailedSignIns(3, time);
        failures.Count(Guesser);
        time.Advance(TimeSpan.FromSeconds(20));
        failures.Count(Guesser);
        Assert.Null(failures.WaitOf(Guesser));
        failures.Count(Guesser);

        Assert.Equal(TimeSpan.FromSeconds(40), failures.WaitOf(Guesser));
        Assert.Equal(TimeSpan.FromSeconds(40), failures.WaitOf(Guesser.MapToIPv6()));
        Assert.Null(failures.WaitOf(IPAddress.Parse("203.0.113.10")));
        time.Advance(TimeSpan.FromSeconds(40));
        Assert.Null(failures.WaitOf(Guesser));
        failures.Count(Guesser);
        Assert.Null(failures.WaitOf(Guesser));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::2", true)]
    [InlineData("2001:db8::1", "2001:db8:0:0:ffff::1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public void A_network_of_IPv6_counts_as_one(string guesser, string other, bool waits)
    {
        var failures = new FailedSignIns(1, time);

        failures.Count(IPAddress.Parse(guesser));

        Assert.Equal(waits, failures.WaitOf(IPAddress.Parse(other)) is not null);
    }

    [Fact]
    public void Many_addresses_take_no_more_memory_and_the_overflow_shares_a_count()
    {
        var failures = new FailedSignIns(2, time);
        for (var i = 0; i < FailedSignIns.MostAddresses + 2; i++)
            failures.Count(new IPAddress(0x0a000000 + i));

        Assert.NotNull(failures.WaitOf(IPAddress.Parse("198.51.100.1")));
        time.Advance(TimeSpan.FromMinutes(1));
        failures.Count(Guesser);
        failures.Count(Guesser);
        Assert.NotNull(failures.WaitOf(Guesser));
        Assert.Null(failures.WaitOf(IPAddress.Parse("198.51.100.1")));
    }

    [Fact]
    public async Task Wrong_tokens_and_wrong_sign_ins_count_alike_and_the_wait_is_said()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var server = await PeopleServer.StartAsync(settings: new() { ["People:FailedSignInsPerMinute"] = "3" });
        var right = (await server.TokenAsync("eleni", Permission.Build)).Token;
        using var wrong = server.Client("plt_wrong");
        using var known = server.Client(right);
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/needs/build", ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/needs/build", ct)).StatusCode);
        using var lastForm = await SignInAsync(server, "plt_wrong");
        Assert.Equal("/sign-in?error=unknown-token&returnUrl=%2F", lastForm.Headers.Location?.ToString());

        using var refused = await wrong.GetAsync("/needs/build", ct);
        using var form = await SignInAsync(server, "plt_wrong");

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromMinutes(1)), (refused.StatusCode, refused.Headers.RetryAfter?.Delta));
        Assert.Equal("/sign-in?error=too-many&returnUrl=%2F", form.Headers.Location?.ToString());
        Assert.False(form.Headers.Contains("Set-Cookie"));
        Assert.Equal(HttpStatusCode.OK, (await known.GetAsync("/needs/build", ct)).StatusCode);
        using var signedIn = await SignInAsync(server, right);
        Assert.True(signedIn.Headers.Contains("Set-Cookie"));
        server.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/needs/build", ct)).StatusCode);
    }

    [Fact]
    public async Task The_token_of_a_task_is_no_try_at_a_persons()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var server = await PeopleServer.StartAsync(settings: new() { ["People:FailedSignInsPerMinute"] = "1" });
        using var task = server.Client("of-a-task");
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await task.GetAsync("/needs/build", ct)).StatusCode);
    }

    private static Task<HttpResponseMessage> SignInAsync(PeopleServer server, string token) => server.Http.PostAsync(
        "/sign-in", new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = token }), TestContext.Current.CancellationToken);
}
