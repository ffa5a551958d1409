namespace ELLM.Sim.Timing;

/// <summary>What the engine's host adds to an iteration: <c>max(floor layers, gpu) + fixed + per_sequence s</c> microseconds.</summary>
/// <param name="FixedUs">Every iteration.</param>
/// <param name="PerSequenceUs">For each sequence of the iteration, decoding or prefilling.</param>
/// <param name="FloorUsPerLayer">Least time the host needs to launch one layer; the GPU waits for it.</param>
/// <param name="Source">Where the numbers come from.</param>
/// <param name="Borrowed">True when fitted on another device.</param>
public sealed record EngineOverhead(double FixedUs, double PerSequenceUs, double FloorUsPerLayer, string Source, bool Borrowed);
