using Pipeline.Scheduler.Contract.Views;
using Pipeline.Ui.Queries.Clusters;

namespace Pipeline.Ui.Pages.Clusters;

/// <summary>An agent, what it waits for, and its tasks.</summary>
public sealed record AgentModel(AgentView Agent, WhyView Why, IReadOnlyList<TaskLine> Tasks);
