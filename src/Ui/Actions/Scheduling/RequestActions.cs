using System.Globalization;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Ui.Display;

namespace Pipeline.Ui.Actions.Scheduling;

/// <summary>What operators can do to a request.</summary>
internal sealed class RequestActions(OperatorCommands commands)
{
    private const string NotDeployed = "Nothing is deployed yet.";
    private const string LargeDrop = "Allow a drop to less than half";

    /// <summary>The daily actions.</summary>
    /// <param name="instances">Of the active deploy; null when there is none.</param>
    public IReadOnlyList<PageAction> Of(RequestView request, int? instances)
    {
        var actions = new List<PageAction>();
        if (request.Kind is "service" or "worker")
            actions.AddRange([Scale(request, instances), Bounce(request)]);
        if (request.Kind is "cron" or "on-demand")
            actions.Add(Run(request));
        actions.AddRange([Pause(request), Unpause(request)]);
        if (request.State == "cooldown" || Has(request, "cooldown"))
            actions.Add(ExitCooldown(request));
        return actions;
    }

    /// <summary>The rare actions.</summary>
    public IReadOnlyList<PageAction> MoreOf(RequestView request) =>
        request.Kind is "service" or "worker"
            ? [SkipHealthChecks(request), SetPriority(request), Remove(request)]
            : [SetPriority(request), Remove(request)];

    /// <summary>Ends one change before it expires.</summary>
    public IReadOnlyList<PageAction> EndOf(RequestView request, RequestChangeView change)
    {
        var (cluster, id) = (request.Cluster, request.Id);
        PageAction? action = change.What switch
        {
            "scale" =>
                End($"{id} returns to the number of instances that it had before.", c => commands.EndScaleAsync(c.Caller, cluster, id,
                c.Input.IsChecked, c.Details, c.Ct)) with
            {
                Severity = ActionSeverity.Capacity, Questions = new ActionQuestions { CheckBox = LargeDrop },
            },
            "pause" =>
                End($"{id} starts again as its deploy defines it.", c => commands.UnpauseAsync(c.Caller, cluster, id, c.Details, c.Ct)),
            "skip-health" => End(
                $"The readiness of {id} is checked again.", c => commands.SkipHealthAsync(c.Caller, cluster, id, false, c.Details, c.Ct)),
            "priority" =>
                End(
                    $"{id} returns to the priority of its deploy.",
                    c => commands.PriorityAsync(c.Caller, cluster, id, null, c.Details, c.Ct)),
            "bounce" =>
                End(
                    $"Instances of {id} that were not replaced yet stay.",
                    c => commands.EndBounceAsync(c.Caller, cluster, id, c.Details, c.Ct)),
            "cooldown" => End($"{id} starts again at once.", c => commands.ExitCooldownAsync(c.Caller, cluster, id, c.Details, c.Ct)),
            _ => null,
        };
        return action is null ? [] : [action with { TestId = $"end-{change.What}" }];
    }

    private PageAction Scale(RequestView request, int? instances) => new(
        "Scale",
        $"{request.Id} runs {instances?.ToString(CultureInfo.InvariantCulture) ?? "no"} instances now. When the change expires, that number returns.",
        OperatorCall.To("Scale", c => commands.ScaleAsync(c.Caller, request.Cluster, request.Id, new ScaleTarget(c.Input.Instances, c.Input.IsChecked), c.Details, c.Ct)))
    {
        Severity = ActionSeverity.Capacity,
        Unavailable = WithoutDeploy(request),
        Questions = new ActionQuestions { Duration = true, Instances = instances ?? 0, CheckBox = LargeDrop },
    };

    private PageAction Bounce(RequestView request) => new(
        "Bounce",
        $"Every instance of {request.Id} is replaced by a new one of the same version. The old ones stop when the new ones are healthy.",
        OperatorCall.To("Bounce", c => commands.BounceAsync(c.Caller, request.Cluster, request.Id, new BouncePlan(c.Input.IsChecked), c.Details, c.Ct)))
    {
        Severity = ActionSeverity.Capacity,
        Unavailable = WithoutDeploy(request),
        Questions = new ActionQuestions { Duration = true, CheckBox = "Replace one instance at a time" },
    };

    private PageAction Run(RequestView request) => new(
        "Run", $"{request.Id} runs once now, in addition to its schedule.",
        OperatorCall.To("Run", c => commands.RunAsync(c.Caller, request.Cluster, request.Id, new ManualRun { Arguments = c.Input.Arguments }, c.Details, c.Ct)))
    {
        Unavailable = WithoutDeploy(request), Questions = new ActionQuestions { Arguments = true },
    };

    private PageAction Pause(RequestView request) => new(
        "Pause", $"No instance of {request.Id} is started until it is unpaused. Its {Plural.Tasks(request.ActiveTasks)} stop, unless you let them finish.",
        OperatorCall.To("Pause", c => commands.PauseAsync(c.Caller, request.Cluster, request.Id, !c.Input.IsChecked, c.Details, c.Ct)))
    {
        Severity = ActionSeverity.Capacity,
        Unavailable = request.Changes.FirstOrDefault(c => c.What == "pause") is { } pause ? $"Already paused by {pause.By}." : null,
        Questions = new ActionQuestions { Duration = true, CheckBox = "Let running tasks finish" },
    };

    private PageAction Unpause(RequestView request) => new(
        "Unpause", $"{request.Id} starts again as its deploy defines it.",
        OperatorCall.To("Unpause", c => commands.UnpauseAsync(c.Caller, request.Cluster, request.Id, c.Details, c.Ct)))
    { Unavailable = Has(request, "pause") ? null : "The request is not paused." };

    private PageAction ExitCooldown(RequestView request) => new(
        "Exit cooldown", $"{request.Id} starts again at once, without waiting for the cooldown after its repeated failures.",
        OperatorCall.To("Exit cooldown", c => commands.ExitCooldownAsync(c.Caller, request.Cluster, request.Id, c.Details, c.Ct)));

    private PageAction SkipHealthChecks(RequestView request) => new(
        "Skip health", $"An instance of {request.Id} counts as healthy as soon as it runs. Deploys proceed without readiness checks.",
        OperatorCall.To("Skip health", c => commands.SkipHealthAsync(c.Caller, request.Cluster, request.Id, true, c.Details, c.Ct)))
    {
        Severity = ActionSeverity.Capacity,
        Unavailable = Has(request, "skip-health") ? "Readiness checks are skipped already." : null,
        Questions = new ActionQuestions { Duration = true },
    };

    private PageAction SetPriority(RequestView request) => new(
        "Priority", $"When resources are short, tasks of a higher priority are placed first. This overrides the priority in the deploy of {request.Id}.",
        OperatorCall.To("Priority", c => commands.PriorityAsync(c.Caller, request.Cluster, request.Id, c.Input.Level, c.Details, c.Ct)))
    { Questions = new ActionQuestions { Duration = true, Level = 0.5m } };

    private PageAction Remove(RequestView request) => new(
        "Remove", $"The {Plural.Tasks(request.ActiveTasks)} of {request.Id} are killed and the request is deleted. The next promotion creates it again.",
        OperatorCall.To("Remove", c => commands.RemoveAsync(c.Caller, request.Cluster, request.Id, c.Details, c.Ct)))
    { Severity = ActionSeverity.Irreversible, Questions = new ActionQuestions { NameToRepeat = request.Id } };

    private static PageAction End(string consequence, Func<OperatorCall, Task<OperatorAnswer>> command) =>
        new("End now", consequence, OperatorCall.To("End now", command));

    private static string? WithoutDeploy(RequestView request) => request.ActiveDeploy is null ? NotDeployed : null;

    private static bool Has(RequestView request, string what) => request.Changes.Any(c => c.What == what);
}
