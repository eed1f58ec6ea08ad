namespace Pipeline.Scheduler.Core.Placing;

/// <summary>The answer of one agent to one shape. In the order in which people are told: what is nearest to success first.</summary>
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
