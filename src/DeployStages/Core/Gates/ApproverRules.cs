using Pipeline.DeployStages.Contract.Views;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Core.Gates;

/// <summary>Who asks to approve: claims of the sign-in.</summary>
/// <param name="Emails">Addresses by which commits name this person.</param>
public sealed record Approver(ActorKind Kind, string Name, IReadOnlyList<string> Groups, IReadOnlyList<string> Emails);

/// <summary>Who made a commit that goes in.</summary>
public sealed record Contributor(string AuthorName, string AuthorEmail, string? Pusher);

/// <summary>Whether a person may approve, and for which groups of the policy. Pure.</summary>
public static class ApproverRules
{
    /// <returns>The groups the approval counts for, or why it is refused.</returns>
    public static (IReadOnlyList<string> Groups, PromotionOutcome.Refused? Refused) Check(
        ApprovalPolicy policy, Approver approver, IReadOnlyList<Contributor> contributors)
    {
        if (approver.Kind != ActorKind.Person)
        {
            return ([], new PromotionOutcome.Refused(
                "token-cannot-approve", $"{approver.Name} is a token: only persons approve.",
                "Sign in as a person who is in one of the groups."));
        }

        var groups = policy.Groups.Keys.Where(approver.Groups.Contains).ToList();
        if (groups.Count == 0)
        {
            return ([], new PromotionOutcome.Refused(
                "approver-not-in-group",
                $"{approver.Name} is in none of the groups that approve here: {string.Join(", ", policy.Groups.Keys)}.",
                "Ask a member of these groups."));
        }

        if (Excluded(policy, approver, contributors) is { } why)
            return ([], new PromotionOutcome.Refused("approver-excluded", why, "Another member of the group must approve."));
        return (groups, null);
    }

    private static string? Excluded(ApprovalPolicy policy, Approver approver, IReadOnlyList<Contributor> contributors)
    {
        if (policy.ExcludeAuthor && contributors.Any(c => Is(approver, c.AuthorName) || approver.Emails.Any(e => Same(e, c.AuthorEmail))))
            return $"{approver.Name} is the author of a commit that goes in.";
        if (policy.ExcludePusher
            && contributors.Any(c => c.Pusher is { } pusher && (Is(approver, pusher) || approver.Emails.Any(e => Same(e, pusher)))))
            return $"{approver.Name} pushed a commit that goes in.";
        return null;
    }

    private static bool Is(Approver approver, string name) => Same(approver.Name, name);

    private static bool Same(string a, string b) => string.Equals(a.Trim(), b.Trim(), StringComparison.OrdinalIgnoreCase);
}
