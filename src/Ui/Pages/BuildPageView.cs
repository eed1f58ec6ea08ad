using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Pages;

public sealed record BuildPageView(BuildView Build, IReadOnlyList<ArtifactRow> Artifacts, IReadOnlyList<TimelineRow> Timeline);
