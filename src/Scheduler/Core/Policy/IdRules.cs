using System.Text.RegularExpressions;

namespace Pipeline.Scheduler.Core.Policy;

/// <summary>
/// What ids of requests, deploys and runs may look like. They become part of Mesos task ids (at most 255 bytes, no slash, nothing that is
/// not printed), of paths and of pages.
/// </summary>
internal static partial class IdRules
{
    public const int MostRequest = 255;

    /// <summary>Leaves room for <c>.&lt;instance&gt;.&lt;attempt&gt;</c> behind it.</summary>
    public const int MostDeploy = 230;

    public const string Characters = "letters, digits, '.', '_' and '-', beginning with a letter or digit";

    /// <returns>What is wrong with it, and what would be right; null when it is good.</returns>
    public static string? Fault(string? id, int most) =>
        string.IsNullOrEmpty(id) ? $"It is empty; give 1 to {most} characters."
        : id.Length > most ? $"It has {id.Length} characters; at most {most} may be."
        : !Id().IsMatch(id) ? $"It has other characters than may be: {Characters}."
        : null;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]*\z")]
    private static partial Regex Id();
}
