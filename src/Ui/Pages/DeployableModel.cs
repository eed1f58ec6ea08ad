using Pipeline.Server.Ui.Queries;

namespace Pipeline.Server.Ui.Pages;

public sealed record DeployableModel(
    MatrixRow Row, IReadOnlyList<TaskLine> Tasks, IReadOnlyList<RequestRef> Requests, IReadOnlyList<PromotionLine> Promotions);
