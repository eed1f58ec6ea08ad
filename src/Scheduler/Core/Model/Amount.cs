using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;

namespace Pipeline.Scheduler.Core.Model;

/// <summary>Cpus, memory and disk in thousandths of their unit: exact, as Mesos counts (three decimals).</summary>
internal readonly record struct Amount(long Cpus, long Memory, long Disk)
{
    public static Amount Of(ResourceNeed need) => new(Milli(need.Cpus), Milli(need.MemoryMb), Milli(need.DiskMb));

    public static Amount Of(OfferedResources offered) => new(Milli(offered.Cpus), Milli(offered.MemoryMb), Milli(offered.DiskMb));

    public decimal CpusValue => Cpus / 1000m;
    public decimal MemoryValue => Memory / 1000m;
    public decimal DiskValue => Disk / 1000m;

    public bool Holds(Amount need) => Cpus >= need.Cpus && Memory >= need.Memory && Disk >= need.Disk;

    public static Amount operator +(Amount a, Amount b) => new(a.Cpus + b.Cpus, a.Memory + b.Memory, a.Disk + b.Disk);

    public static Amount operator -(Amount a, Amount b) => new(a.Cpus - b.Cpus, a.Memory - b.Memory, a.Disk - b.Disk);

    public static Amount Max(Amount a, Amount b) => new(Math.Max(a.Cpus, b.Cpus), Math.Max(a.Memory, b.Memory), Math.Max(a.Disk, b.Disk));

    private static long Milli(decimal value) => (long)decimal.Round(value * 1000m, MidpointRounding.AwayFromZero);
}
