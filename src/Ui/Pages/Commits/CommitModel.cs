using Pipeline.Ui.Queries.Commits;
using Pipeline.Ui.Queries.Timelines;

namespace Pipeline.Ui.Pages.Commits;

public sealed record CommitModel(CommitView Commit, IReadOnlyList<TimelineRow> Timeline, IReadOnlyList<SecurityRow> Security);
