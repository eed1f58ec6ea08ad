using System.Text.Json;

namespace Pipeline.Attestation.Decisions;

/// <summary>Signs decisions of people.</summary>
public static class DecisionStatements
{
    /// <summary>A statement about the plan.</summary>
    /// <param name="planDigest"><c>sha256:&lt;hex&gt;</c> of the plan as the person read it.</param>
    /// <returns>The envelope as JSON.</returns>
    public static string SignApproval(string planDigest, ApprovalPredicate approval, SigningKey key) => Statements.Sign(
        [StatementSubject.Of("plan", planDigest)], ApprovalPredicate.Type,
        JsonSerializer.SerializeToElement(approval, DecisionJson.Default.ApprovalPredicate), key, approval.At);

    /// <summary>A statement about the release.</summary>
    /// <returns>The envelope as JSON.</returns>
    public static string SignHold(HoldPredicate hold, SigningKey key) => Statements.Sign(
        [StatementSubject.Of("release", hold.Release)], HoldPredicate.Type,
        JsonSerializer.SerializeToElement(hold, DecisionJson.Default.HoldPredicate), key, hold.At);
}
