namespace ELLM.Sim.Workload.Readers;

/// <summary>Numbers as some countries write them: a comma before the decimals. Digits are never grouped.</summary>
internal static class DecimalComma
{
    /// <summary>The same number with a point. Text without a comma, or with more than one, is returned as it is.</summary>
    /// <param name="text">A field without its quotes.</param>
    /// <param name="buffer">Takes the number; longer fields are no numbers.</param>
    public static ReadOnlySpan<byte> ToPoint(ReadOnlySpan<byte> text, Span<byte> buffer)
    {
        int comma = text.IndexOf((byte)',');
        if (comma < 0 || text.Length > buffer.Length || text[(comma + 1)..].Contains((byte)',') || text.Contains((byte)'.'))
            return text;
        text.CopyTo(buffer);
        buffer[comma] = (byte)'.';
        return buffer[..text.Length];
    }
}
