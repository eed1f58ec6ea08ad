using Pipeline.Server.Ui.Queries;

namespace Pipeline.Server.Ui.Pages;

public sealed record ReleasePageView(ReleaseView Release, IReadOnlyList<TimelineRow> Timeline);
