using System.Collections.Frozen;
using System.Security.Claims;

namespace Pipeline.Kernel;

/// <summary>
/// Who asks for something, and what he may do. Every command of a slice takes one and calls <see cref="Require"/> before anything else, so
/// that the API, the pages, the command line and jobs cannot differ in what they allow.
/// </summary>
/// <param name="Permissions">Names from <see cref="Permission"/>.</param>
/// <param name="Groups">Groups that approval rules name: <c>release-managers</c>, <c>operators</c> …</param>
/// <param name="Emails">Addresses by which commits name this person; an author cannot approve his own release.</param>
public sealed record Caller(Actor Actor, IReadOnlySet<string> Permissions, IReadOnlyList<string> Groups, IReadOnlyList<string> Emails)
{
    /// <summary>Somebody who did not sign in: holds no permission.</summary>
    public static Caller Anonymous { get; } = new(Actor.Person("anonymous"), FrozenSet<string>.Empty, [], []) { IsAnonymous = true };

    /// <summary>True when nobody signed in.</summary>
    public bool IsAnonymous { get; private init; }

    /// <summary>A part of the product that acts by itself: a job, a sweep, the embedded start. Holds every permission.</summary>
    /// <param name="part">As the journal shall name it, <c>build-runner</c> for example.</param>
    public static Caller System(string part) => new(Actor.System(part), Permission.All.ToFrozenSet(StringComparer.Ordinal), [], []);

    /// <summary>
    /// The signed-in principal of a request: actor, permissions, groups and addresses from its <see cref="CallerClaims"/>.
    /// </summary>
    public static Caller Of(ClaimsPrincipal principal) =>
        principal.Identity is { IsAuthenticated: true }
            ? new Caller(
                ActorOf(principal),
                principal.FindAll(CallerClaims.Permission).Select(c => c.Value).ToFrozenSet(StringComparer.Ordinal),
                [.. principal.FindAll(CallerClaims.Group).Select(c => c.Value)],
                [.. principal.FindAll(CallerClaims.Email).Select(c => c.Value)])
            : Anonymous;

    // A person, unless a claim says that it is a machine.
    private static Actor ActorOf(ClaimsPrincipal principal)
    {
        var name = principal.Identity?.Name ?? "anonymous";
        return principal.HasClaim(CallerClaims.Kind, "token") ? new Actor(ActorKind.Token, name) : Actor.Person(name);
    }

    /// <summary>Whether the caller holds the permission.</summary>
    public bool Has(string permission) => Permissions.Contains(permission);

    /// <summary>Ends the command unless the caller holds the permission.</summary>
    /// <exception cref="PermissionDeniedException">The caller does not hold it.</exception>
    public void Require(string permission)
    {
        if (!Has(permission))
            throw new PermissionDeniedException(this, permission);
    }
}

/// <summary>A command was called by somebody who may not. HTTP answers it with 401 or 403, pages show the message.</summary>
public sealed class PermissionDeniedException(Caller caller, string permission) : Exception(
    caller.IsAnonymous
        ? $"Nobody is signed in. Sign in as a person with the permission “{permission}”."
        : $"{caller.Actor.Name} does not have the permission “{permission}”. An administrator can grant it with a new token.")
{
    /// <summary>Who called.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>The permission that the command needs.</summary>
    public string Permission { get; } = permission;
}

/// <summary>Claim types that the sign-in puts on a principal.</summary>
public static class CallerClaims
{
    /// <summary><c>person</c> or <c>token</c> (a machine: cannot approve).</summary>
    public const string Kind = "pipeline:kind";

    /// <summary>The id of the access token behind the session: a revoked token ends it.</summary>
    public const string Token = "pipeline:token";

    /// <summary>One per permission.</summary>
    public const string Permission = "pipeline:permission";

    /// <summary>One per group: <c>release-managers</c>, <c>operators</c> …</summary>
    public const string Group = "pipeline:group";

    /// <summary>One per e-mail address by which commits name this person.</summary>
    public const string Email = "pipeline:email";
}
