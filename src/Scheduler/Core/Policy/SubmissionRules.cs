using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Policy;

/// <summary>Which deploys are refused before they begin.</summary>
internal static class SubmissionRules
{
    /// <returns>Null when it may begin.</returns>
    public static Verdict? Refuse(Request request, string deployId, DeploySpec spec)
    {
        if (IdRules.Fault(request.Id, IdRules.MostRequest) is { } badRequest)
            return Invalid($"the request id is not valid: {badRequest}");
        if (IdRules.Fault(deployId, IdRules.MostDeploy) is { } badDeploy)
            return Invalid($"the deploy id is not valid: {badDeploy}");
        if (GroupOf(request.Kind) != GroupOf(spec.Kind))
            return Invalid($"request {request.Id} is of kind {Wording.Word(request.Kind)} and cannot become {Wording.Word(spec.Kind)}: "
                + "remove it first");
        if (request.Overrides.Pause is { } pause && !spec.Options.Unpause)
            return new Verdict(DeployFailure.RequestPaused, FailureClass.Infra,
                $"request {request.Id} is paused by {pause.Change.By}{Wording.Because(pause.Change.Reason)}: "
                + "unpause it, or deploy with unpause");
        if (LimitRules.Fault(spec.Needs, spec.Options.Limits) is { } tooLow)
            return Invalid(tooLow);
        if (spec.Kind != RequestKind.Cron)
            return null;
        if (spec.Options.Schedule is not { } schedule)
            return Invalid("kind cron needs a schedule");
        return CronRule.Parse(schedule).Problem is { } problem ? Invalid(problem) : null;
    }

    private static Verdict Invalid(string reason) => new(DeployFailure.ConfigInvalid, FailureClass.Config, reason);

    // A service may become a worker; every other kind is fixed.
    private static RequestKind GroupOf(RequestKind kind) => kind == RequestKind.Worker ? RequestKind.Service : kind;
}
