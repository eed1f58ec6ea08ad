using Pipeline.Server.Ui.Queries;

namespace Pipeline.Server.Ui.Pages;

public sealed record BuildPageView(BuildView Build, IReadOnlyList<ArtifactRow> Artifacts, IReadOnlyList<TimelineRow> Timeline);
