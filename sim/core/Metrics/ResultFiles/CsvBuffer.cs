using System.Buffers;
using System.Globalization;
using System.Text;
using ELLM.Sim.Metrics.Latencies;

namespace ELLM.Sim.Metrics.ResultFiles;

/// <summary>Writes CSV cells as UTF-8 into a pooled buffer: LF line ends, no quotes unless a text needs them, no byte-order mark.</summary>
public sealed class CsvBuffer : IDisposable
{
    private const int Size = 1 << 16;

    /// <summary>Longest number: a sign, 19 digits, a point, the separator.</summary>
    private const int LongestNumber = 32;

    private readonly Stream _target;
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Size);
    private int _at;
    private bool _inRow;

    public CsvBuffer(Stream target)
    {
        _target = target;
    }

    public void Integer(long value)
    {
        Separate();
        if (value is >= 0 and < 10)
        {
            _bytes[_at++] = (byte)('0' + value);
            return;
        }
        value.TryFormat(_bytes.AsSpan(_at), out int written, default, CultureInfo.InvariantCulture);
        _at += written;
    }

    /// <summary>Exact seconds; an empty cell for <c>null</c>.</summary>
    public void Seconds(long? ps)
    {
        Separate();
        if (ps == 0)
            _bytes[_at++] = (byte)'0';
        else if (ps is long value)
            _at += ExactSeconds.Format(value, _bytes.AsSpan(_at));
    }

    /// <summary>ASCII that needs no quotes.</summary>
    public void Word(ReadOnlySpan<byte> ascii)
    {
        Separate(ascii.Length);
        ascii.CopyTo(_bytes.AsSpan(_at));
        _at += ascii.Length;
    }

    /// <summary>Any text; quoted when it holds a separator, a quote or a line end.</summary>
    public void Text(string text)
    {
        if (text.AsSpan().IndexOfAny(",\"\n\r") >= 0)
            text = "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
        Separate(Encoding.UTF8.GetMaxByteCount(text.Length));
        _at += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_at));
    }

    public void EndRow()
    {
        _bytes[_at++] = (byte)'\n';
        _inRow = false;
    }

    public void Flush()
    {
        _target.Write(_bytes, 0, _at);
        _at = 0;
    }

    public void Dispose()
    {
        if (_bytes.Length == 0)
            return;
        Flush();
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Separate(int room = LongestNumber)
    {
        if (_at + room + 2 > _bytes.Length)
            MakeRoom(room + 2);
        if (_inRow)
            _bytes[_at++] = (byte)',';
        _inRow = true;
    }

    private void MakeRoom(int room)
    {
        Flush();
        if (room <= _bytes.Length)
            return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = ArrayPool<byte>.Shared.Rent(room);
    }
}
