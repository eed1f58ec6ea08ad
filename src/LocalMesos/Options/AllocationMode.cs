namespace Pipeline.LocalMesos.Options;

/// <summary>When free resources are offered.</summary>
internal enum AllocationMode
{
    /// <summary>Every second, and at once when a task frees some.</summary>
    Continuous,

    /// <summary>Every second, as by a real master.</summary>
    Cycle,

    /// <summary>On <c>POST /localmesos/master/allocate</c> only, for tests that have to know when.</summary>
    OnDemand,
}
