using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Pages;

public sealed record CommitPageView(CommitView Commit, IReadOnlyList<TimelineRow> Timeline, IReadOnlyList<SecurityRow> Security);
