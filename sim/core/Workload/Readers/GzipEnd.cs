namespace ELLM.Sim.Workload.Readers;

/// <summary>Notices a gzip file that stops early, which the decompressor takes for its end.</summary>
/// <remarks>
/// The last 4 bytes of a gzip member are the length of its text modulo 2^32 (RFC 1952, section 2.3.1). Several members in
/// one file are accepted when the last is empty, as block gzip writes it.
/// </remarks>
internal sealed class GzipEnd
{
    private ulong _last8;
    private long _textBytes;

    public void ObserveStored(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes.Length > 8 ? bytes[^8..] : bytes)
            _last8 = (_last8 >> 8) | ((ulong)b << 56);
    }

    /// <exception cref="InvalidDataException">The text ended and its length is not the one that the file ends with.</exception>
    public void ObserveText(ReadOnlySpan<byte> bytes)
    {
        _textBytes += bytes.Length;
        if (bytes.IsEmpty && _last8 != 0 && (_last8 >> 32) != (ulong)(_textBytes & uint.MaxValue))
            throw new InvalidDataException(
                "the length of the text is not the one the file ends with (files joined by cat must be unpacked first)");
    }
}
