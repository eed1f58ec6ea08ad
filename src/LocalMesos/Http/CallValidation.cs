using Pipeline.LocalMesos.Master;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Http;

/// <summary>What a scheduler call must carry, in a master's words and order (recorded in 10 and 08).</summary>
internal static class CallValidation
{
    private const string Kind = "scheduler";
    private const int UuidBytes = 16;

    /// <exception cref="RefusedException">400 with the sentence of a real master.</exception>
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
            throw Refused("Not a valid UUID");
    }

    /// <exception cref="RefusedException">400: what may not change, a bad FrameworkInfo, a bad pattern (recorded in 22).</exception>
    public static void RequireUpdate(Framework framework, Call.Types.UpdateFramework update)
    {
        var (old, now) = (framework.Info, update.FrameworkInfo);
        if (now.Id?.Value != framework.Id)
            throw Refused("'framework_id' differs from 'update_framework.framework_info.id'");
        if (Subscriptions.InfoProblem(now) is { } problem)
            throw new RefusedException(400, problem);
        Unchanged("principal", old.Principal, now.Principal);
        Unchanged("user", old.User, now.User);
        Unchanged("checkpoint", old.Checkpoint ? "true" : "false", now.Checkpoint ? "true" : "false");
        if (update.OfferConstraints is { } constraints && Master.OfferConstraints.Problem(constraints) is { } bad)
            throw new RefusedException(400, $"'UpdateFramework' call is not valid: {bad}");
    }

    private static void Unchanged(string field, string old, string now)
    {
        if (old != now)
            throw new RefusedException(400, $"FrameworkInfo update is not valid: Updating 'FrameworkInfo.{field}' is unsupported; " +
                $"attempted to update from '{old}' to '{now}'");
    }

    private static void RequireSubscribe(Call call, string? principal)
    {
        if (call.Subscribe is null)
            throw CallMembers.Missing(Kind, "subscribe");
        var info = call.Subscribe.FrameworkInfo;
        if (info.Id?.Value != call.FrameworkId?.Value)
            throw Refused("'framework_id' differs from 'subscribe.framework_info.id'");
        if (principal is not null && info.HasPrincipal && info.Principal != principal)
            throw Refused($"Authenticated principal '{principal}' does not match principal '{info.Principal}' set in `FrameworkInfo`");
    }

    private static RefusedException Refused(string sentence) => CallMembers.Refused(Kind, sentence);
}
