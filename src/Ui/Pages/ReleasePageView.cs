using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Pages;

public sealed record ReleasePageView(ReleaseView Release, IReadOnlyList<TimelineRow> Timeline);
