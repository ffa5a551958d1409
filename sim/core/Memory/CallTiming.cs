namespace ELLM.Sim.Memory;

/// <summary>Whether driver calls delay iterations.</summary>
public enum CallTiming : byte
{
    /// <summary>They run beside the iteration before the one that needs them; only what does not fit into it is waited for.</summary>
    Background,

    /// <summary>The iteration that needs them waits for all of them.</summary>
    Sync,

    /// <summary>
    /// As sync, and the device is drained first: no kernel may run on an address range while it changes, so the calls wait for the
    /// iteration before, and the next one starts into an empty launch queue.
    /// </summary>
    Drain,
}
