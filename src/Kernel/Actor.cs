namespace Pipeline.Kernel;

/// <summary>Who did it. Every transition and journal entry names one.</summary>
/// <param name="Name">For a person the login, for a webhook the pusher's name, for the system the part that acted.</param>
public sealed record Actor(ActorKind Kind, string Name)
{
    /// <summary>A part of the product that acts by itself.</summary>
    public static Actor System(string part) => new(ActorKind.System, part);
    /// <summary>Somebody who pushed, as the forge names him.</summary>
    public static Actor Webhook(string pusher) => new(ActorKind.Webhook, pusher);
    /// <summary>A person who signed in.</summary>
    public static Actor Person(string login) => new(ActorKind.Person, login);

    /// <inheritdoc/>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}:{Name}";
}

/// <summary>What kind of actor did it.</summary>
public enum ActorKind
{
    /// <summary>A person.</summary>
    Person,
    /// <summary>A machine with an access token.</summary>
    Token,
    /// <summary>A forge that sent a webhook.</summary>
    Webhook,
    /// <summary>The product itself.</summary>
    System,
}
