namespace ELLM.Sim.Timing;

/// <summary>Choosing tokens from logits: <c>fixed + per_sequence s</c> microseconds for s sequences.</summary>
public sealed record SamplerCoefficients(double FixedUs, double PerSequenceUs, string Source, bool Borrowed);
