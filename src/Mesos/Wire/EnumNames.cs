using System.Reflection;
using Google.Protobuf.Reflection;

namespace Pipeline.Mesos.Wire;

/// <summary>The names of enum values as the wire writes them, <c>TASK_RUNNING</c>.</summary>
public static class EnumNames
{
    /// <summary>A value that is unknown to us is named by its number.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Names<T>.All.TryGetValue(value, out var name) ? name : value.ToString();

    private static class Names<T> where T : struct, Enum
    {
        public static readonly Dictionary<T, string> All = typeof(T)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .ToDictionary(f => (T)f.GetValue(null)!, f => f.GetCustomAttribute<OriginalNameAttribute>()?.Name ?? f.Name);
    }
}
