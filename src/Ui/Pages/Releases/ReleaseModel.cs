using Pipeline.Ui.Queries.Releases;
using Pipeline.Ui.Queries.Timelines;

namespace Pipeline.Ui.Pages.Releases;

public sealed record ReleaseModel(ReleaseView Release, IReadOnlyList<TimelineRow> Timeline);
