using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Ui.Pages.Clusters;

/// <summary>A task with all that is known of it.</summary>
/// <param name="Repository">Of its commit, as <c>owner/name</c>.</param>
/// <param name="IsRun">It is one run; otherwise an instance of what runs all the time.</param>
public sealed record TaskModel(TaskDetails Details, WhyView? Why, string? Repository, bool IsRun);
