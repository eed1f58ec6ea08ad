using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;
using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Actions.Promotions;

/// <summary>
/// Whether an approval by this person would count, as far as the page can tell: so that the button says it before the click. The command
/// also knows the other commits that the promotion brings, and decides.
/// </summary>
internal static class ApprovalHint
{
    /// <returns>Why it would be refused, or null.</returns>
    public static string? WhyNot(ApprovalRuleView? rule, PromotionPageView promotion, Caller caller)
    {
        if (rule is null)
            return "This stage needs no approval.";
        if (caller.IsAnonymous || !caller.Has(Permission.Approve))
            return null; // Said by the permission.
        if (caller.Actor.Kind != ActorKind.Person)
            return $"{caller.Actor.Name} is a token: only persons approve. Sign in as a person who is in one of the groups.";
        if (!rule.Groups.Keys.Any(caller.Groups.Contains))
            return $"{caller.Actor.Name} is in none of the groups that approve here: {string.Join(", ", rule.Groups.Keys)}. Ask a member of these groups.";
        if (rule.Exclude.Contains("author") && (Is(caller, promotion.Author) || HasEmail(caller, promotion.AuthorEmail)))
            return $"{caller.Actor.Name} is the author of a commit that goes in. Another member of the group must approve.";
        return rule.Exclude.Contains("pusher") && (Is(caller, promotion.Pusher) || HasEmail(caller, promotion.Pusher))
            ? $"{caller.Actor.Name} pushed a commit that goes in. Another member of the group must approve."
            : null;
    }

    private static bool Is(Caller caller, string? name) => name is not null && Same(caller.Actor.Name, name);

    private static bool HasEmail(Caller caller, string? email) => email is not null && caller.Emails.Any(e => Same(e, email));

    private static bool Same(string a, string b) => string.Equals(a.Trim(), b.Trim(), StringComparison.OrdinalIgnoreCase);
}
