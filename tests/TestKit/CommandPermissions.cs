using System.Reflection;
using Npgsql;
using Pipeline.Kernel;

namespace Pipeline.TestKit;

/// <summary>
/// Calls every public method of every <c>…Commands</c> in a slice's contract: once by a caller who holds all permissions but the one in
/// the table, once by a caller who holds only that one. A command that the table does not have is a finding.
/// </summary>
public static class CommandPermissions
{
    /// <param name="slice">The slice.</param>
    /// <param name="services">Makes the commands.</param>
    /// <param name="reviewed"><c>Type.Method</c> → the permission it needs.</param>
    /// <param name="database">Null: what a refused call wrote is not looked at.</param>
    public static async Task<IReadOnlyList<string>> FindingsAsync(
        Assembly slice, IServiceProvider services, IReadOnlyDictionary<string, string> reviewed, NpgsqlDataSource? database = null)
    {
        var findings = new List<string>();
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var method in slice.GetExportedTypes()
            .Where(t => t.Name.EndsWith("Commands", StringComparison.Ordinal))
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)))
        {
            var name = $"{method.DeclaringType!.Name}.{method.Name}";
            found.Add(name);
            if (!reviewed.TryGetValue(name, out var permission))
                findings.Add($"{name} is not in the reviewed table.");
            else if (method.GetParameters() is not [{ ParameterType: var first }, ..] || first != typeof(Caller))
                findings.Add($"{name} does not take a Caller first.");
            else
            {
                string? without = null;
                string[] others = [.. Permission.All.Where(p => p != permission)];
                var refused = async () => { without = await DeniedAsync(method, services, others); };
                if (database is null)
                    await refused();
                else
                    findings.AddRange((await Written.ByAsync(database, refused)).Select(w => $"{name} refused, and wrote: {w}."));
                if (without != permission)
                    findings.Add($"{name} asks for {without ?? "nothing"} where it should ask for {permission}.");
                if (await DeniedAsync(method, services, [permission]) is { } more)
                    findings.Add($"{name} asks for {more} besides {permission}.");
            }
        }

        findings.AddRange(reviewed.Keys.Where(k => !found.Contains(k)).Select(k => $"There is no command {k}."));
        return findings;
    }

    /// <returns>The permission that was missing; null when the call was not refused for one.</returns>
    private static async Task<string?> DeniedAsync(MethodInfo method, IServiceProvider services, string[] permissions)
    {
        var caller = new Caller(Actor.Person("eleni"), permissions.ToHashSet(StringComparer.Ordinal), [], []);
        object?[] arguments = [caller, .. method.GetParameters().Skip(1).Select(Default)];
        try
        {
            var commands = method.IsStatic ? null : services.GetService(method.DeclaringType!);
            await (Task)method.Invoke(commands, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
            return null;
        }
        catch (PermissionDeniedException e)
        {
            return e.Permission;
        }
#pragma warning disable CA1031 // Arguments that mean nothing may fail in any way; only the permission counts here.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private static object? Default(ParameterInfo parameter) =>
        parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;
}
