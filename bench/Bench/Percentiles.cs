using System.Globalization;

namespace Pipeline.Bench;

/// <summary>A row of the table: many runs, never one number.</summary>
public static class Percentiles
{
    public static void PrintHeader() => Console.WriteLine($"{"",-44}{"p50",10}{"p95",10}{"p99",10}{"runs",8}");

    public static void Print(string what, IReadOnlyCollection<TimeSpan> times)
    {
        var sorted = times.Order().ToArray();
        string At(double share) => sorted.Length == 0
            ? "-"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)].TotalMilliseconds:0.0} ms");
        Console.WriteLine($"{what,-44}{At(0.50),10}{At(0.95),10}{At(0.99),10}{sorted.Length,8}");
    }
}
