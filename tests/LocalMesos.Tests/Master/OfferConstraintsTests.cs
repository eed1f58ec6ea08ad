using W = Pipeline.Mesos.Wire;
using OfferConstraints = Pipeline.LocalMesos.Master.State.OfferConstraints;
using Predicate = Pipeline.Mesos.Wire.AttributeConstraint.Types.Predicate;
using Selector = Pipeline.Mesos.Wire.AttributeConstraint.Types.Selector;

namespace Pipeline.LocalMesos.Tests.Master;

/// <summary>Constraints select agents by attribute or hostname.</summary>
public sealed class OfferConstraintsTests
{
    private static readonly (string, string)[] Attributes = [("rack", "r1"), ("disk", "ssd")];

    [Theory]
    [InlineData("exists", "rack", "", true)]
    [InlineData("exists", "gpu", "", false)]
    [InlineData("not exists", "gpu", "", true)]
    [InlineData("not exists", "rack", "", false)]
    [InlineData("equals", "rack", "r1", true)]
    [InlineData("equals", "rack", "r2", false)]
    [InlineData("equals", "gpu", "r1", false)]
    [InlineData("not equals", "rack", "r2", true)]
    [InlineData("not equals", "rack", "r1", false)]
    [InlineData("not equals", "gpu", "r1", true)]
    [InlineData("matches", "rack", "r[0-9]", true)]
    [InlineData("matches", "rack", "r", false)]
    [InlineData("matches", "rack", "r1|x", true)]
    [InlineData("not matches", "rack", "r[0-9]", false)]
    [InlineData("not matches", "gpu", ".*", true)]
    [InlineData("equals", null, "host-a", true)]
    [InlineData("equals", null, "host-b", false)]
    public void A_predicate_holds_or_not(string predicate, string? attribute, string text, bool allowed) => Assert.Equal(
        allowed, Of("web", [Constraint(predicate, attribute, text)]).Allow("web", "host-a", Attributes));

    [Fact]
    public void All_constraints_of_a_group_have_to_hold()
    {
        var constraints = Of("web", [Constraint("equals", "rack", "r1"), Constraint("equals", "disk", "hdd")]);
        Assert.False(constraints.Allow("web", "host-a", Attributes));
    }

    [Fact]
    public void One_group_that_holds_is_enough()
    {
        var constraints = Of("web", [Constraint("equals", "rack", "r9")], [Constraint("equals", "disk", "ssd")]);
        Assert.True(constraints.Allow("web", "host-a", Attributes));
    }

    [Fact]
    public void Another_role_is_not_constrained() =>
        Assert.True(Of("web", [Constraint("equals", "rack", "r9")]).Allow("batch", "host-a", Attributes));

    [Fact]
    public void A_role_without_groups_is_not_constrained() => Assert.True(Of("web").Allow("web", "host-a", Attributes));

    [Fact]
    public void An_invalid_pattern_is_a_problem_in_a_masters_words()
    {
        var wire = Of("web", [Constraint("matches", "rack", "(r1")]).Wire;
        Assert.Equal(
            "Offer constraints are not valid: A role web has an invalid 'AttributeConstraint': " +
            "Failed to construct regex from pattern '(r1': missing ): (r1", OfferConstraints.Problem(wire));
        Assert.Null(OfferConstraints.Problem(Of("web", [Constraint("matches", "rack", "(r1)")]).Wire));
    }

    private static OfferConstraints Of(string role, params W.AttributeConstraint[][] groups)
    {
        var constraints = new W.OfferConstraints.Types.RoleConstraints();
        constraints.Groups.AddRange(groups.Select(g =>
            new W.OfferConstraints.Types.RoleConstraints.Types.Group { AttributeConstraints = { g } }));
        return new OfferConstraints(new W.OfferConstraints { RoleConstraints = { [role] = constraints } });
    }

    private static W.AttributeConstraint Constraint(string predicate, string? attribute, string text) => new()
    {
        Selector = attribute is null
            ? new Selector { PseudoattributeType = Selector.Types.PseudoattributeType.Hostname }
            : new Selector { AttributeName = attribute },
        Predicate = predicate switch
        {
            "exists" => new Predicate { Exists = new Predicate.Types.Exists() },
            "not exists" => new Predicate { NotExists = new Predicate.Types.NotExists() },
            "equals" => new Predicate { TextEquals = new Predicate.Types.TextEquals { Value = text } },
            "not equals" => new Predicate { TextNotEquals = new Predicate.Types.TextNotEquals { Value = text } },
            "matches" => new Predicate { TextMatches = new Predicate.Types.TextMatches { Regex = text } },
            _ => new Predicate { TextNotMatches = new Predicate.Types.TextNotMatches { Regex = text } },
        },
    };
}
