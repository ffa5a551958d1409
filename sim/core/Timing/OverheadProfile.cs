namespace ELLM.Sim.Timing;

/// <summary>How an engine drives the GPU.</summary>
public enum OverheadProfile
{
    /// <summary>CUDA graphs for decode-only iterations, batches padded to the captured sizes.</summary>
    Graph,

    /// <summary>Kernels launched one by one, as engines of 2023 did: no padding, and the host sets a floor per layer.</summary>
    Eager,

    /// <summary>The GPU alone: no host time, no padding. For tests and for comparing kernels.</summary>
    None,
}
