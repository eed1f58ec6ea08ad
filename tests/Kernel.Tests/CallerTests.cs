using System.Security.Claims;

namespace Pipeline.Kernel.Tests;

public sealed class CallerTests
{
    [Theory]
    [InlineData("person", ActorKind.Person)]
    [InlineData("token", ActorKind.Token)]
    public void A_signed_in_principal_is_the_caller_with_all_that_its_claims_say(string kind, ActorKind expected)
    {
        var caller = Caller.Of(Principal(
            "Bearer",
            new(ClaimTypes.Name, "eleni"), new(CallerClaims.Kind, kind),
            new(CallerClaims.Permission, Permission.View), new(CallerClaims.Permission, Permission.Approve),
            new(CallerClaims.Group, "release-managers"), new(CallerClaims.Email, "eleni@example.org"),
            new(CallerClaims.Email, "e@example.org")));

        Assert.Equal(new Actor(expected, "eleni"), caller.Actor);
        Assert.Equal([Permission.Approve, Permission.View], caller.Permissions.Order());
        Assert.Equal(["release-managers"], caller.Groups);
        Assert.Equal(["eleni@example.org", "e@example.org"], caller.Emails);
        Assert.False(caller.IsAnonymous);
    }

    [Fact]
    public void Claims_of_somebody_who_did_not_sign_in_count_for_nothing()
    {
        var caller = Caller.Of(Principal(null, new(ClaimTypes.Name, "eleni"), new(CallerClaims.Permission, Permission.Administer)));

        Assert.True(caller.IsAnonymous);
        Assert.Empty(caller.Permissions);
        Assert.Same(Caller.Anonymous, caller);
    }

    public static TheoryData<string> Permissions => [.. Permission.All];

    [Theory]
    [MemberData(nameof(Permissions))]
    public void A_command_goes_on_only_for_who_holds_its_very_permission(string needed)
    {
        Named(needed).Require(needed);

        foreach (var other in Permission.All.Where(p => p != needed))
        {
            var denied = Assert.Throws<PermissionDeniedException>(() => Named(other).Require(needed));
            Assert.Equal(needed, denied.Permission);
            Assert.Equal("nikos", denied.Caller.Actor.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Permissions))]
    public void Nobody_holds_no_permission_and_the_product_itself_holds_all(string permission)
    {
        Assert.Throws<PermissionDeniedException>(() => Caller.Anonymous.Require(permission));
        Assert.True(Caller.System("deploy-stages").Has(permission));
        Caller.System("deploy-stages").Require(permission);
    }

    [Fact]
    public void A_refusal_names_the_person_the_permission_and_the_remedy()
    {
        Assert.Equal(
            "nikos does not have the permission “approve”. An administrator can grant it with a new token.",
            Assert.Throws<PermissionDeniedException>(() => Named(Permission.View).Require(Permission.Approve)).Message);
        Assert.Equal(
            "Nobody is signed in. Sign in as a person with the permission “approve”.",
            Assert.Throws<PermissionDeniedException>(() => Caller.Anonymous.Require(Permission.Approve)).Message);
    }

    [Fact]
    public void A_part_of_the_product_acts_under_its_own_name()
    {
        Assert.Equal("system:build-runner", Caller.System("build-runner").Actor.ToString());
        Assert.False(Caller.System("build-runner").IsAnonymous);
    }

    private static Caller Named(params string[] permissions) => new(Actor.Person("nikos"), permissions.ToHashSet(), [], []);

    private static ClaimsPrincipal Principal(string? scheme, params Claim[] claims) => new(new ClaimsIdentity(claims, scheme));
}
