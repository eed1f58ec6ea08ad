using Pipeline.DeployStages.Contract;

namespace Pipeline.Ui.Queries;

/// <summary>The stages of the policy in force, in its order.</summary>
internal delegate IReadOnlyList<StageView> StagesInForce();
