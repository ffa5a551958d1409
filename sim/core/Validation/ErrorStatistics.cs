using System.Globalization;

namespace ELLM.Sim.Validation;

/// <summary>Relative errors of predictions against measurements, per cent: (ours - measured) / measured.</summary>
public sealed class ErrorStatistics
{
    private readonly List<double> _errors = [];
    private double[]? _sorted;
    private string _worst = "";
    private double _worstError = -1;

    public int Count => _errors.Count;

    /// <summary>Mean absolute error.</summary>
    public double Mape => Count == 0 ? double.NaN : _errors.Average(Math.Abs);

    /// <summary>Mean signed error: negative when we are too fast.</summary>
    public double Bias => Count == 0 ? double.NaN : _errors.Average();

    public double P50 => Quantile(0.5);

    public double P90 => Quantile(0.9);

    public double P99 => Quantile(0.99);

    public double Max => Quantile(1);

    /// <summary>The point of the largest absolute error.</summary>
    public string Worst => _worst;

    public void Add(double measured, double ours, string point = "")
    {
        double error = (ours - measured) / measured * 100;
        _errors.Add(error);
        _sorted = null;
        if (Math.Abs(error) > _worstError)
        {
            _worstError = Math.Abs(error);
            _worst = point;
        }
    }

    public void Add(ErrorStatistics other)
    {
        _errors.AddRange(other._errors);
        _sorted = null;
        if (other._worstError > _worstError)
        {
            _worstError = other._worstError;
            _worst = other._worst;
        }
    }

    /// <summary>Nearest-rank quantile of the absolute errors.</summary>
    public double Quantile(double q)
    {
        if (Count == 0)
            return double.NaN;
        _sorted ??= [.. _errors.Select(Math.Abs).Order()];
        return _sorted[Math.Clamp((int)Math.Ceiling(q * Count) - 1, 0, Count - 1)];
    }

    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"P50 {P50:0.0} P90 {P90:0.0} P99 {P99:0.0} max {Max:0.0} bias {Bias:+0.0;-0.0}{(_worst.Length > 0 ? $", worst {_worst}" : "")}");
}
