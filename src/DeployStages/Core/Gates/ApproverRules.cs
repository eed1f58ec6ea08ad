using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Core.Gates;

/// <summary>Somebody who contributed a commit that would be promoted.</summary>
/// <param name="Pusher">Login or address; null when it is not known.</param>
internal sealed record Contributor(string AuthorName, string AuthorEmail, string? Pusher);

/// <summary>What a check of an approver came to: the groups that the approval counts for, or why it is refused.</summary>
internal sealed record ApproverVerdict(IReadOnlyList<string> Groups, PromotionOutcome.Refused? Refused);

/// <summary>Who may approve: a person, in a group of the policy, who did not contribute a commit. Pure.</summary>
internal static class ApproverRules
{
    /// <param name="contributors">Of every commit that would be promoted; empty when nothing is known about them.</param>
    public static ApproverVerdict Check(ApprovalPolicy policy, Caller caller, IReadOnlyList<Contributor> contributors)
    {
        if (contributors.Count == 0 && (policy.ExcludeAuthor || policy.ExcludePusher))
            return Refused(
                "approver-excluded", "The authors of the commits are not known, so nobody can be excluded.",
                "Fetch the repository again, then approve.");
        if (caller.Actor.Kind != ActorKind.Person)
            return Refused(
                "token-cannot-approve", $"{caller.Actor.Name} is not a person: only a person can approve.",
                "Sign in as a person in one of the groups.");
        var groups = policy.Groups.Keys.Where(caller.Groups.Contains).ToList();
        if (groups.Count == 0)
            return Refused(
                "approver-not-in-group",
                $"{caller.Actor.Name} is not in any of the groups that approve here: {string.Join(", ", policy.Groups.Keys)}.",
                "Ask a member of these groups.");
        return Excluded(policy, caller, contributors) is { } why
            ? Refused("approver-excluded", why, "Another member of the group must approve.")
            : new ApproverVerdict(groups, null);
    }

    private static ApproverVerdict Refused(string code, string sentence, string hint) =>
        new([], new PromotionOutcome.Refused(code, sentence, hint));

    private static string? Excluded(ApprovalPolicy policy, Caller caller, IReadOnlyList<Contributor> contributors)
    {
        if (policy.ExcludeAuthor && contributors.Any(c => Is(caller, c.AuthorName) || HasAddress(caller, c.AuthorEmail)))
            return $"{caller.Actor.Name} is the author of a commit in this plan.";
        if (policy.ExcludePusher && contributors.Any(c => c.Pusher is { } pusher && (Is(caller, pusher) || HasAddress(caller, pusher))))
            return $"{caller.Actor.Name} pushed a commit in this plan.";
        return null;
    }

    private static bool Is(Caller caller, string name) => Same(caller.Actor.Name, name);

    private static bool HasAddress(Caller caller, string address) => caller.Emails.Any(e => Same(e, address));

    private static bool Same(string a, string b) => string.Equals(a.Trim(), b.Trim(), StringComparison.OrdinalIgnoreCase);
}
