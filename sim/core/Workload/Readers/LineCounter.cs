namespace ELLM.Sim.Workload.Readers;

/// <summary>Blank lines, carriage returns and the final line end of a text that passes by in pieces.</summary>
/// <param name="path">As the user gave it, for messages.</param>
internal sealed class LineCounter(string path)
{
    /// <summary>Longest line that is read: a stream without line ends is no trace and never fits in memory.</summary>
    public const long LongestLine = 64L << 20;

    private long _line = 1;
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
            if (_lineLength > LongestLine)
                throw new InputException($"{path}:{_line}: the line is longer than {LongestLine >> 20} MiB, expected a request trace "
                    + $"with a row a line");
            if (end < 0)
                return;
            bool carriageReturn = _lineLength > 0 && _last == '\r';
            CarriageReturns |= carriageReturn;
            if (_lineLength == (carriageReturn ? 1 : 0))
                BlankLines++;
            _lineLength = 0;
            _line++;
            _last = (byte)'\n';
            bytes = bytes[(end + 1)..];
        }
    }
}
