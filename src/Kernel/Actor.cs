using System.Security.Claims;

namespace Pipeline.Kernel;

/// <summary>Who did it. Every transition and journal entry names one.</summary>
/// <param name="Name">For a person the login, for a webhook the pusher's name, for the system the part that acted.</param>
public sealed record Actor(ActorKind Kind, string Name)
{
    public static Actor System(string part) => new(ActorKind.System, part);
    public static Actor Webhook(string pusher) => new(ActorKind.Webhook, pusher);
    public static Actor Person(string login) => new(ActorKind.Person, login);

    /// <summary>The signed-in caller: kind from <see cref="CallerClaims.Kind"/> (person when absent), name from the name claim.</summary>
    public static Actor Of(ClaimsPrincipal caller)
    {
        var name = caller.Identity?.Name ?? "anonymous";
        return caller.HasClaim(CallerClaims.Kind, "token") ? new Actor(ActorKind.Token, name) : Person(name);
    }

    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}:{Name}";
}

public enum ActorKind
{
    Person,
    Token,
    Webhook,
    System,
}
