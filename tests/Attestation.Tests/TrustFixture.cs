namespace Pipeline.Attestation.Tests;

/// <summary>Keys, a policy and the statements of one promotion that holds.</summary>
internal static class TrustFixture
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly string Artifact = "sha256:" + new string('a', 64);
    public static readonly string Release = "sha256:" + new string('e', 64);
    public static readonly SigningKey Root = SigningKey.Create();
    public static readonly SigningKey Builder = SigningKey.Create();
    public static readonly SigningKey Promoter = SigningKey.Create();
    public static readonly ExpectedPromotion Expected = new(Artifact, Release, "production", 4, "api-web");
    public static readonly TrustPolicy Trust = new(1, Now.AddDays(1), [Key(Builder, KeyRole.Builder), Key(Promoter, KeyRole.Promoter)], []);

    public static readonly PromotionPredicate Predicate = new("production", Release, "api-web", 4, Now.AddHours(1));

    public static TrustedKey Key(SigningKey key, KeyRole role, SignatureFormat format = SignatureFormat.P1363) => new(
        key.Id, Convert.ToBase64String(key.PublicKey), format, Now.AddYears(-1), Now.AddYears(1), [role]);

    public static string Promotion(PromotionPredicate? predicate = null, SigningKey? by = null, string? about = null) =>
        Statements.SignPromotion([StatementSubject.Of("api", about ?? Artifact)], predicate ?? Predicate, by ?? Promoter);

    public static string Provenance(SigningKey? by = null, string? about = null, string type = ProvenancePredicate.BuildType) =>
        Statements.SignProvenance(
        [StatementSubject.Of("api", about ?? Artifact)],
        new ProvenancePredicate(
            new BuildDefinition(type, new Dictionary<string, string>(), new Dictionary<string, string>(), []),
            new RunDetails(new BuilderIdentity("urn:test"), new RunMetadata("1", null, null))),
        by ?? Builder);
}
