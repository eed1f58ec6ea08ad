using System.Reflection;
using Google.Protobuf.Reflection;

namespace Pipeline.Mesos.Client;

/// <summary>The names of an enum's values as the wire writes them.</summary>
internal static class OriginalNames<T> where T : struct, Enum
{
    private static readonly Dictionary<T, string> Names = typeof(T)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(f => (T)f.GetValue(null)!, f => f.GetCustomAttribute<OriginalNameAttribute>()?.Name ?? f.Name);

    public static string Of(T value) => Names.TryGetValue(value, out var name) ? name : value.ToString();
}
