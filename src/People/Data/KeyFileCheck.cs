using Microsoft.Extensions.Options;

namespace Pipeline.People.Data;

/// <summary>Refuses a start whose key of cookies others could read.</summary>
internal sealed class KeyFileCheck : IValidateOptions<PeopleOptions>
{
    public ValidateOptionsResult Validate(string? name, PeopleOptions options) =>
        KeyFile.Problem(options.KeyFile) is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
}
