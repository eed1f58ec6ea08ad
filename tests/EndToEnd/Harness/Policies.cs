namespace Pipeline.EndToEnd.Harness;

/// <summary>Promotion policies of the tests.</summary>
public static class Policies
{
    /// <summary>All the way by itself.</summary>
    public const string Automatic = """
        stages:
          - { name: infra-qa,   cluster: infra-qa,   promote: automatic, gates: { signature: required }, budget: 90s }
          - { name: product-qa, cluster: product-qa, promote: automatic, after: infra-qa, gates: { signature: required }, budget: 90s }
          - { name: production, cluster: production, promote: automatic, after: product-qa, gates: { signature: required, soak: 500ms }, bake: 500ms, on_failure: rollback, budget: 90s }
        """;

    /// <summary>Production asks for a release manager who is neither author nor pusher.</summary>
    public const string WithApproval = """
        stages:
          - { name: infra-qa,   cluster: infra-qa,   promote: automatic, gates: { signature: required }, budget: 20s }
          - { name: product-qa, cluster: product-qa, promote: automatic, after: infra-qa, budget: 20s }
          - name: production
            cluster: production
            after: product-qa
            promote: automatic
            gates:
              approval: { groups: { release-managers: 1 }, exclude: [author, pusher], expires: 72h }
            on_failure: rollback
            budget: 20s
        """;
}
