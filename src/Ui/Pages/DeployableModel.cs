using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Pages;

public sealed record DeployableModel(
    MatrixRow Row, IReadOnlyList<TaskLine> Tasks, IReadOnlyList<RequestRef> Requests, IReadOnlyList<PromotionLine> Promotions);
