namespace Pipeline.LoadBalancers.Contract;

/// <summary>How an operator's command about a route ended. Every refusal has sentences that say why and what to do.</summary>
public abstract record RouteOutcome
{
    private RouteOutcome()
    {
    }

    /// <summary>It is recorded and in force.</summary>
    /// <param name="Sentence">What was done.</param>
    public sealed record Done(string Sentence) : RouteOutcome;

    /// <summary>A value is not valid.</summary>
    /// <param name="Field">Its name in requests.</param>
    /// <param name="Sentence">What is wrong with it.</param>
    public sealed record Invalid(string Field, string Sentence) : RouteOutcome;

    /// <summary>Nobody has the route.</summary>
    public sealed record Unknown(string Sentence) : RouteOutcome;

    /// <summary>The route's state does not allow it.</summary>
    /// <param name="Code"><c>already-owner</c>, <c>route-in-use</c>.</param>
    /// <param name="Sentence">Why.</param>
    /// <param name="Hint">What to do.</param>
    public sealed record Conflict(string Code, string Sentence, string Hint) : RouteOutcome;
}
