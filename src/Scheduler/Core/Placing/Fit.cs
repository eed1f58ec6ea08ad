namespace Pipeline.Scheduler.Core.Placing;

/// <summary>Whether an agent fits a shape, or why not. Ordered as people read it: nearest to success first.</summary>
internal enum Fit
{
    Yes,
    Cpus,
    Memory,
    Disk,
    Ports,
    LiteralPort,
    TasksPerOffer,
    RackFull,
    Separated,
    Crowded,
    AttributeShare,
    Maintenance,
    Reserved,
    Attribute,
    RackAffinity,
    NoOffer,
    Frozen,
    Draining,
    Decommissioned,
    Missing,
    Dead,
}
