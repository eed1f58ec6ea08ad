using Microsoft.Extensions.Options;
using Pipeline.LoadBalancers.Core;

namespace Pipeline.LoadBalancers.Traffic;

/// <summary>Refuses addresses that would give applications the server's origin.</summary>
internal sealed class TrafficOptionsCheck(IConfiguration configuration) : IValidateOptions<LoadBalancersOptions>
{
    public ValidateOptionsResult Validate(string? name, LoadBalancersOptions options)
    {
        var problems = TrafficUrl.Problems(options, configuration["Urls"], configuration["PublicUrl"]).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
