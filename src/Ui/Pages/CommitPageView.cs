using Pipeline.Server.Ui.Queries;

namespace Pipeline.Server.Ui.Pages;

public sealed record CommitPageView(CommitView Commit, IReadOnlyList<TimelineRow> Timeline, IReadOnlyList<SecurityRow> Security);
