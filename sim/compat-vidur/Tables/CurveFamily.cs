
namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>Curves over a second variable: along each curve first, then between the two nearest curves.</summary>
internal sealed class CurveFamily(bool flat)
{
    private readonly SortedDictionary<double, Curve> _curves = [];
    private double[] _keys = [];
    private Curve[] _sealed = [];

    public int Count => _curves.Count;

    public void Add(double key, double x, double y)
    {
        if (!_curves.TryGetValue(key, out Curve? curve))
            _curves.Add(key, curve = new Curve(flat));
        curve.Add(x, y);
    }

    public void Seal()
    {
        _keys = [.. _curves.Keys];
        _sealed = [.. _curves.Values];
        foreach (Curve curve in _sealed)
            curve.Seal();
    }

    public double At(double key, double x) => Curve.Between(_keys, key, flat, at => _sealed[at].At(x));
}
