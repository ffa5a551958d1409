namespace ELLM.Sim.Timing;

/// <summary><c>fixed + us_per_byte bytes</c> microseconds for messages up to a size; the last segment of a table has none.</summary>
public sealed record MessageSegment(double FixedUs, double UsPerByte, long? UpToBytes = null)
{
    /// <summary>Microseconds for a message of that many bytes by the segment that covers it.</summary>
    internal static double Us(IReadOnlyList<MessageSegment> segments, double bytes)
    {
        foreach (MessageSegment segment in segments)
        {
            if (segment.UpToBytes is not { } limit || bytes <= limit)
                return segment.FixedUs + segment.UsPerByte * bytes;
        }
        throw new InvalidOperationException($"a table of messages ends before {bytes} bytes");
    }
}
