using System.Text.RegularExpressions;
using W = Pipeline.Mesos.Wire;
using Predicate = Pipeline.Mesos.Wire.AttributeConstraint.Types.Predicate;
using Selector = Pipeline.Mesos.Wire.AttributeConstraint.Types.Selector;

namespace Pipeline.LocalMesos.Master.State;

/// <summary>Which agents a framework accepts offers of, by role (recorded in 22).</summary>
internal sealed class OfferConstraints(W.OfferConstraints wire)
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    public W.OfferConstraints Wire => wire;

    /// <returns>Why a pattern is invalid, as a master words it; null when all are valid.</returns>
    public static string? Problem(W.OfferConstraints wire)
    {
        foreach (var (role, constraints) in wire.RoleConstraints)
        {
            foreach (var pattern in constraints.Groups.SelectMany(g => g.AttributeConstraints).Select(c => PatternOf(c.Predicate)))
            {
                if (pattern is not null && !IsValid(pattern))
                    return $"Offer constraints are not valid: A role {role} has an invalid 'AttributeConstraint': " +
                        $"Failed to construct regex from pattern '{pattern}': {ErrorOf(pattern)}: {pattern}";
            }
        }

        return null;
    }

    public bool Allow(string role, string hostname, IEnumerable<(string Name, string Text)> attributes) =>
        !wire.RoleConstraints.TryGetValue(role, out var constraints) || constraints.Groups.Count == 0
        || constraints.Groups.Any(g => g.AttributeConstraints.All(c => Holds(c, hostname, attributes)));

    private static bool Holds(W.AttributeConstraint constraint, string hostname, IEnumerable<(string Name, string Text)> attributes)
    {
        var values = constraint.Selector.SelectorCase == Selector.SelectorOneofCase.AttributeName
            ? attributes.Where(a => a.Name == constraint.Selector.AttributeName).Select(a => a.Text).ToList()
            : constraint.Selector.PseudoattributeType == Selector.Types.PseudoattributeType.Hostname ? [hostname] : [];
        var p = constraint.Predicate;
        return p.PredicateCase switch
        {
            Predicate.PredicateOneofCase.Exists => values.Count > 0,
            Predicate.PredicateOneofCase.NotExists => values.Count == 0,
            Predicate.PredicateOneofCase.TextEquals => values.Contains(p.TextEquals.Value),
            Predicate.PredicateOneofCase.TextNotEquals => !values.Contains(p.TextNotEquals.Value),
            Predicate.PredicateOneofCase.TextMatches => values.Exists(v => Matches(p.TextMatches.Regex, v)),
            Predicate.PredicateOneofCase.TextNotMatches => !values.Exists(v => Matches(p.TextNotMatches.Regex, v)),
            Predicate.PredicateOneofCase.None => true,
            _ => true,
        };
    }

    private static bool Matches(string pattern, string text) => Regex.IsMatch(text, $"^(?:{pattern})$", RegexOptions.None, MatchTimeout);

    private static string? PatternOf(Predicate p) => p.TextMatches?.Regex ?? p.TextNotMatches?.Regex;

    private static string ErrorOf(string pattern) =>
        pattern.Count(c => c == '(') > pattern.Count(c => c == ')') ? "missing )" : "invalid regular expression";

    private static bool IsValid(string pattern)
    {
        try
        {
            _ = new Regex(pattern);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
