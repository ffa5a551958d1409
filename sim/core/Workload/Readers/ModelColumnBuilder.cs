using System.Text;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Collects the models of a file's rows; while no kept row names one, there is no column.</summary>
internal sealed class ModelColumnBuilder
{
    private readonly List<string> _names = [];
    private readonly List<long> _lines = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private int[]? _rows;
    private byte[] _lastText = [];
    private int _last = -1;

    /// <summary>Index of a model's name, in order of first appearance.</summary>
    /// <param name="line">0 where the layout has no lines.</param>
    public int IndexOf(ReadOnlySpan<byte> utf8, long line = 0)
    {
        if (_last >= 0 && utf8.SequenceEqual(_lastText))
            return _last;
        string name = Encoding.UTF8.GetString(utf8);
        if (!_index.TryGetValue(name, out int index))
        {
            index = _names.Count;
            _names.Add(name);
            _lines.Add(line);
            _index.Add(name, index);
        }
        _last = index;
        _lastText = utf8.ToArray();
        return index;
    }

    /// <param name="row">Of the kept ones, from 0.</param>
    /// <param name="model">From <see cref="IndexOf"/>; -1 when the row names none.</param>
    public void Set(int row, int model)
    {
        if (model < 0)
            return;
        if (_rows is null || row >= _rows.Length)
            Array.Resize(ref _rows, Math.Max(1024, checked(2 * row)));
        _rows[row] = model;
    }

    public ModelColumn? Build(int rows)
    {
        if (_rows is null)
            return null;
        Array.Resize(ref _rows, rows);
        return new ModelColumn(_rows, _names, _lines);
    }
}
