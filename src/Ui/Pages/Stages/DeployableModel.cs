using Pipeline.Ui.Queries.Clusters;
using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Pages.Stages;

public sealed record DeployableModel(
    MatrixRow Row, IReadOnlyList<TaskLine> Tasks, IReadOnlyList<RequestRef> Requests, IReadOnlyList<PromotionLine> Promotions);
