using Pipeline.Kernel;
using Pipeline.Ui.Actions.Sessions;

namespace Pipeline.Ui.Actions;

/// <summary>
/// The one place through which every action of every page goes. A disabled button is a courtesy; what counts is the caller at the moment
/// of the click, and the slice's command checks him again.
/// </summary>
internal sealed class ActionRunner(PageCaller callers, ILogger<ActionRunner> log)
{
    private const string SessionEnded =
        "Your session has ended: its access token expired or was revoked. Sign in again. Nothing was changed.";

    private const string Failed =
        "An unexpected error occurred, so it is not known whether this was recorded. Check the state of the page before you try again.";

    /// <summary>Why the caller may not do it, or null when he may. For the look of the button only.</summary>
    public async Task<string?> WhyNotAsync(string permission)
    {
        var caller = await callers.ShownAsync();
        if (caller.IsAnonymous)
            return $"Sign in as a person with the permission “{permission}”.";
        return caller.Has(permission) ? null : $"{caller.Actor.Name} lacks the permission “{permission}”. An administrator can grant it.";
    }

    /// <summary>Runs the action as the caller of this moment.</summary>
    public async Task<ActionResult> RunAsync(PageAction action, ActionInput input, CancellationToken ct)
    {
        try
        {
            var (caller, sessionEnded) = await callers.CurrentAsync(ct);
            if (sessionEnded)
                return new ActionResult(false, SessionEnded);
            caller.Require(action.Permission);
            return await action.RunAsync(caller, input, ct);
        }
        catch (PermissionDeniedException denied)
        {
            return new ActionResult(false, $"{denied.Message} Nothing was changed.");
        }
        catch (Exception e)
        {
            // The last handler before the person, as the HTTP pipeline is for the API.
            Log.ActionFailed(log, action.TestId, e);
            return new ActionResult(false, Failed);
        }
    }
}
