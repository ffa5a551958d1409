namespace ELLM.Sim.Timing;

/// <summary><c>fixed + us_per_byte bytes</c> microseconds for messages up to a size; the last segment of a table has none.</summary>
public sealed record AllReduceSegment(double FixedUs, double UsPerByte, long? UpToBytes = null);
