namespace Pipeline.TaskRunner.Runtime;

/// <summary>What keeps a task's programs away from the rest of the agent (<c>PIPELINE_ISOLATION</c> of the agent).</summary>
internal enum Isolator
{
    /// <summary><c>bubblewrap</c>, the default: the runner gives every step and service a view of its own.</summary>
    Bubblewrap,

    /// <summary><c>agent</c>: the agent itself does, by a container or by its isolators.</summary>
    Agent,

    /// <summary><c>none</c>: nothing does. An operator has agreed that tasks read and write whatever the agent's user can.</summary>
    None,
}
