namespace ELLM.Sim.Memory;

/// <summary>What a decoding batch took over some steps, and what was held in them.</summary>
/// <param name="Units">Units taken.</param>
/// <param name="Sum">Sum over the steps j, from 0, of the units held in step j, what is taken in it included.</param>
/// <param name="Moment">Sum over the steps of j times that.</param>
public readonly record struct KvGrown(long Units, long Sum, long Moment);
