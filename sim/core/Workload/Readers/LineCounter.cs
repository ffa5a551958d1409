namespace ELLM.Sim.Workload.Readers;

/// <summary>Blank lines, carriage returns and the final line end of a text that passes by in pieces.</summary>
internal sealed class LineCounter
{
    private long _lineLength;
    private byte _last = (byte)'\n';

    public long BlankLines { get; private set; }

    public bool CarriageReturns { get; private set; }

    public bool FinalNewline => _last == '\n';

    public void Observe(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            int length = end < 0 ? bytes.Length : end;
            if (length > 0)
                _last = bytes[length - 1];
            _lineLength += length;
            if (end < 0)
                return;
            bool carriageReturn = _lineLength > 0 && _last == '\r';
            CarriageReturns |= carriageReturn;
            if (_lineLength == (carriageReturn ? 1 : 0))
                BlankLines++;
            _lineLength = 0;
            _last = (byte)'\n';
            bytes = bytes[(end + 1)..];
        }
    }
}
