namespace Pipeline.People.Contract.Views;

/// <summary>How the creation of a token ended.</summary>
public abstract record CreateTokenOutcome
{
    private CreateTokenOutcome()
    {
    }

    /// <summary>It exists; its text is in <paramref name="Token"/> only.</summary>
    public sealed record Created(CreatedToken Token) : CreateTokenOutcome;

    /// <summary>Nothing was created.</summary>
    /// <param name="Field">The field that is wrong, <c>login</c> for example.</param>
    /// <param name="Detail">What is wrong with it, and what is allowed.</param>
    public sealed record Invalid(string Field, string Detail) : CreateTokenOutcome;
}

/// <summary>A token that was just created, with its text, which is shown this once.</summary>
public sealed record CreatedToken(Guid Id, string Login, string Token);
