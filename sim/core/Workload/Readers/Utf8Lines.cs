namespace ELLM.Sim.Workload.Readers;

/// <summary>Lines of a byte stream, of any length, without their line ends.</summary>
internal sealed class Utf8Lines(Stream text)
{
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;
    private int _scanned;
    private bool _ended;
    private bool _lineEnded;

    /// <summary>Of the line read last, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>The next line, valid until the next call.</summary>
    public bool Read(out ReadOnlyMemory<byte> line)
    {
        while (true)
        {
            int at = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
            if (at >= 0)
            {
                int end = _scanned + at;
                line = Cut(_start, end);
                _start = _scanned = end + 1;
                _lineEnded = true;
                LineNumber++;
                return true;
            }
            _scanned = _end;
            if (_ended)
            {
                line = Cut(_start, _end);
                bool any = _start < _end;
                _start = _end;
                _lineEnded = false;
                if (any)
                    LineNumber++;
                return any;
            }
            Fill();
        }
    }

    /// <summary>The line just read and everything behind it.</summary>
    public ReadOnlyMemory<byte> RestFrom(ReadOnlyMemory<byte> line)
    {
        using MemoryStream all = new();
        all.Write(line.Span);
        if (_lineEnded)
            all.WriteByte((byte)'\n');
        all.Write(_buffer, _start, _end - _start);
        text.CopyTo(all);
        return all.GetBuffer().AsMemory(0, (int)all.Length);
    }

    private ReadOnlyMemory<byte> Cut(int start, int end)
    {
        if (end > start && _buffer[end - 1] == '\r')
            end--;
        return _buffer.AsMemory(start, end - start);
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _scanned -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, checked(_buffer.Length * 2));
        int count = text.Read(_buffer.AsSpan(_end));
        _ended = count == 0;
        _end += count;
    }
}
