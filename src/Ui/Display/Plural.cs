using System.Globalization;

namespace Pipeline.Ui.Display;

/// <summary>Numbers with their noun: <c>1 task</c>, <c>2 tasks</c>.</summary>
internal static class Plural
{
    public static string Tasks(int count) => Of(count, "task", "tasks");

    public static string Of(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture,
        $"{count} {(count == 1 ? one : many)}");
}
