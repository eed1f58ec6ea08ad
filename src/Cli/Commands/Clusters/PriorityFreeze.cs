using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;

namespace Pipeline.Cli.Commands.Clusters;

/// <summary><c>pipeline cluster freeze</c> and <c>thaw</c>: nothing below a priority starts.</summary>
internal static class PriorityFreeze
{
    public static Command Freeze(CommandFactory factory, Argument<string> cluster)
    {
        var options = new OperatorOptions();
        var level = new Argument<string>("LEVEL") { Description = "The priority below which nothing starts; above 0, up to 1." };
        var kill = new Option<bool>("--kill")
        {
            Description = "Also kill running tasks below the priority; they return when the freeze ends.",
        };
        return factory.Verb("freeze", "Start no tasks below a priority.", async (session, parsed, ct) =>
        {
            var body = new
            {
                level = Priority.Parse(parsed.GetValue(level)!), kill = parsed.GetValue(kill), reason = parsed.GetValue(options.Reason),
                durationSeconds = options.DurationSeconds(parsed),
            };
            await OperatorChange.PostAsync(session, Path(parsed.GetValue(cluster)!), body, ct);
            return ExitCodes.Success;
        }, cluster, level, kill, options.Reason, options.Duration);
    }

    public static Command Thaw(CommandFactory factory, Argument<string> cluster)
    {
        var options = new OperatorOptions();
        return factory.Verb("thaw", "Lift the priority freeze.", async (session, parsed, ct) =>
        {
            await OperatorChange.DeleteAsync(session, Path(parsed.GetValue(cluster)!), parsed.GetValue(options.Reason), ct);
            return ExitCodes.Success;
        }, cluster, options.Reason);
    }

    private static string Path(string cluster) => ClusterOption.Path(cluster, "priority-freeze");
}
