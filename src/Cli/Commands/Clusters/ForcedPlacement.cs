using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;

namespace Pipeline.Cli.Commands.Clusters;

/// <summary><c>pipeline cluster place</c>: one placement strategy for everything, instead of each request's own.</summary>
internal static class ForcedPlacement
{
    public static Command Place(CommandFactory factory, Argument<string> cluster)
    {
        var options = new OperatorOptions();
        var strategy = new Option<string?>("--strategy")
        {
            Description = "The strategy: balanced, greedy, separate-by-deploy, separate-by-request, optimistic or spread-all.",
        };
        var racks = new Option<bool?>("--rack-sensitive") { Description = "Spread instances evenly over the racks." };
        return factory.Verb(
            "place", "Force one placement strategy on every request; without options, each request's own applies again.",
            async (session, parsed, ct) =>
            {
                var path = ClusterOption.Path(parsed.GetValue(cluster)!, "placement");
                var (wanted, rackSensitive, reason) = (parsed.GetValue(strategy), parsed.Given(racks), parsed.GetValue(options.Reason));
                if (wanted is null && rackSensitive is null)
                    await OperatorChange.DeleteAsync(session, path, reason, ct);
                else
                    await OperatorChange.PutAsync(session, path, new { strategy = wanted, rackSensitive, reason }, ct);
                return ExitCodes.Success;
            }, cluster, strategy, racks, options.Reason);
    }
}
