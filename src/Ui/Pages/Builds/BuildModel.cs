using Pipeline.Ui.Queries.Builds;
using Pipeline.Ui.Queries.Releases;
using Pipeline.Ui.Queries.Timelines;

namespace Pipeline.Ui.Pages.Builds;

public sealed record BuildModel(BuildView Build, IReadOnlyList<ArtifactRow> Artifacts, IReadOnlyList<TimelineRow> Timeline);
