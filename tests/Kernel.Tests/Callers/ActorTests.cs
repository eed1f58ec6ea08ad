using System.Security.Claims;

namespace Pipeline.Kernel.Tests.Callers;

public sealed class ActorTests
{
    public static TheoryData<Actor, ActorKind, string> Makers => new()
    {
        { Actor.System("build-runner"), ActorKind.System, "system:build-runner" },
        { Actor.Webhook("eleni"), ActorKind.Webhook, "webhook:eleni" },
        { Actor.Person("Eleni"), ActorKind.Person, "person:Eleni" },
        { new Actor(ActorKind.Token, "robot"), ActorKind.Token, "token:robot" },
    };

    [Theory]
    [MemberData(nameof(Makers))]
    public void An_actor_is_written_as_its_kind_and_its_name(Actor actor, ActorKind kind, string text)
    {
        Assert.Equal(kind, actor.Kind);
        Assert.Equal(text, actor.ToString());
    }

    [Theory]
    [InlineData("token", "robot", "token:robot")]
    [InlineData("person", "eleni", "person:eleni")]
    [InlineData(null, "eleni", "person:eleni")]
    [InlineData("Token", "eleni", "person:eleni")] // the word is ours: nobody else writes it
    [InlineData("token", null, "token:anonymous")]
    public void The_kind_claim_alone_makes_a_machine_of_a_caller(string? kind, string? name, string expected)
    {
        var identity = new ClaimsIdentity("Bearer");
        if (kind is not null)
            identity.AddClaim(new Claim(CallerClaims.Kind, kind));
        if (name is not null)
            identity.AddClaim(new Claim(ClaimTypes.Name, name));

        Assert.Equal(expected, Caller.Of(new ClaimsPrincipal(identity)).Actor.ToString());
    }

    [Fact]
    public void A_signed_in_caller_without_permissions_is_somebody_and_is_refused_by_name()
    {
        var caller = Caller.Of(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "nikos")], "Bearer")));

        Assert.False(caller.IsAnonymous);
        Assert.Empty(caller.Permissions);
        var denied = Assert.Throws<PermissionDeniedException>(() => caller.Require(Permission.View));
        Assert.StartsWith("nikos does not have the permission “view”.", denied.Message, StringComparison.Ordinal);
        Assert.Same(caller, denied.Caller);
    }

    [Fact]
    public void A_permission_counts_only_as_it_is_spelled()
    {
        var caller = Caller.Of(new ClaimsPrincipal(new ClaimsIdentity([new Claim(CallerClaims.Permission, "Approve")], "Bearer")));

        Assert.False(caller.Has(Permission.Approve));
        Assert.False(Caller.System("x").Has("Approve"));
    }

    // They stand in rows of tokens, in cookies of signed-in browsers and in policies of endpoints.
    [Fact]
    public void The_words_of_permissions_and_claims_are_pinned()
    {
        Assert.Equal(["view", "build", "promote", "approve", "hold", "operate", "administer"], Permission.All);
        Assert.Equal(
            ["pipeline:kind", "pipeline:token", "pipeline:permission", "pipeline:group", "pipeline:email"],
            [CallerClaims.Kind, CallerClaims.Token, CallerClaims.Permission, CallerClaims.Group, CallerClaims.Email]);
    }
}
