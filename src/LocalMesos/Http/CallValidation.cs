using Pipeline.LocalMesos.Master.Frameworks;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.Mesos.Wire;
using Constraints = Pipeline.LocalMesos.Master.State.OfferConstraints;

namespace Pipeline.LocalMesos.Http;

/// <summary>Validates scheduler calls, in a master's words and order (recorded in 08 and 10).</summary>
internal static class CallValidation
{
    private const string Kind = "scheduler";
    private const int UuidBytes = 16;

    /// <exception cref="CallRejectedException">400 with the text of a real master.</exception>
    public static void Require(Call call, string? principal)
    {
        CallMembers.RequireType(call, Kind);
        if (call.Type == Call.Types.Type.Subscribe)
        {
            RequireSubscribe(call, principal);
            return;
        }

        if (call.FrameworkId is null)
            throw CallMembers.Missing(Kind, "framework_id");
        CallMembers.RequireMember(call, Kind, "revive", "suppress");
        if (call.Acknowledge is { } ack && ack.Uuid.Length != UuidBytes)
            throw Rejected("Not a valid UUID");
    }

    /// <exception cref="CallRejectedException">400: what may not change, a bad FrameworkInfo, a bad pattern (recorded in 22).</exception>
    public static void RequireUpdate(Framework framework, Call.Types.UpdateFramework update)
    {
        var (old, now) = (framework.Info, update.FrameworkInfo);
        if (now.Id?.Value != framework.Id)
            throw Rejected("'framework_id' differs from 'update_framework.framework_info.id'");
        if (FrameworkInfoRules.Problem(now) is { } problem)
            throw new CallRejectedException(400, problem);
        Unchanged("principal", old.Principal, now.Principal);
        Unchanged("user", old.User, now.User);
        Unchanged("checkpoint", old.Checkpoint ? "true" : "false", now.Checkpoint ? "true" : "false");
        if (update.OfferConstraints is { } constraints && Constraints.Problem(constraints) is { } bad)
            throw new CallRejectedException(400, $"'UpdateFramework' call is not valid: {bad}");
    }

    private static void Unchanged(string field, string old, string now)
    {
        if (old != now)
            throw new CallRejectedException(400, $"FrameworkInfo update is not valid: Updating 'FrameworkInfo.{field}' is unsupported; " +
                $"attempted to update from '{old}' to '{now}'");
    }

    private static void RequireSubscribe(Call call, string? principal)
    {
        if (call.Subscribe is null)
            throw CallMembers.Missing(Kind, "subscribe");
        var info = call.Subscribe.FrameworkInfo;
        if (info.Id?.Value != call.FrameworkId?.Value)
            throw Rejected("'framework_id' differs from 'subscribe.framework_info.id'");
        if (principal is not null && info.HasPrincipal && info.Principal != principal)
            throw Rejected($"Authenticated principal '{principal}' does not match principal '{info.Principal}' set in `FrameworkInfo`");
    }

    private static CallRejectedException Rejected(string sentence) => CallMembers.Rejected(Kind, sentence);
}
