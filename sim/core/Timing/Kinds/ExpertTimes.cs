using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>Times of the fused experts of one layer on the busiest rank.</summary>
internal sealed class ExpertTimes
{
    private readonly TimingProfile _device;
    private readonly ExpertCoefficients _coefficients;
    private readonly ExpertLayer _experts;
    private readonly ExpertRouting _routing;
    private readonly int _ranks;
    private readonly double _width;
    private readonly double _input;
    private readonly double _matrices;
    private readonly double _weight;
    private readonly ExpertTable? _table;

    /// <param name="format">Of the experts' weights.</param>
    /// <exception cref="InputException">The device has no coefficients for it, or the tables lack the shape.</exception>
    public ExpertTimes(TimingProfile device, ModelRank rank, NumberFormat format, TimingOptions options)
    {
        ExpertRouting routing = options.Routing;
        _table = options.ExpertTables is string folder ? ExpertTable.Read(folder, rank, format, routing) : null;
        _device = device;
        _experts = rank.Model.Experts!;
        _routing = routing;
        _ranks = rank.ExpertParallel;
        _width = rank.ExpertFfn;
        _input = _experts.InputWidth(rank.Model.Hidden);
        _matrices = rank.Model.Gated ? 3 : 2;
        _weight = format.Bytes();
        _coefficients = Of(device, format);
    }

    public TimingSource Source => new(
        $"experts {LayerWords.Of(_coefficients.Format)}, routing {_routing.Name}", _table?.Source ?? _coefficients.Source,
        _table is null && _coefficients.Borrowed);

    /// <summary>Microseconds for that many tokens: the table's, beyond its ends by the ratio of the formula.</summary>
    public double Us(int tokens)
    {
        if (_table is null)
            return Formula(tokens);
        int near = _table.Nearest(tokens);
        return near == tokens ? _table.Us(tokens) : _table.Us(near) * Formula(tokens) / Formula(near);
    }

    /// <summary>The least that a token adds: arithmetic of its pairs on the mean rank, and the passes over them; a table may
    /// have any shape.</summary>
    public double PerToken
    {
        get
        {
            ExpertCoefficients c = _coefficients;
            double pairs = (double)_experts.Top / _ranks;
            double compute = 2 * pairs * _matrices * _input * _width / (_device.PeakTflops16Bit * 1e6 * c.PeakMultiplier * c.ComputeEfficiency);
            double passes = c.TokenPasses * 2 * _experts.Top * _input + c.RowPasses * 2 * pairs * (_input + 3 * _width);
            return _table is null ? compute + passes / (_device.HbmTbPerS * 1e6) : 0;
        }
    }

    private double Formula(int tokens)
    {
        ExpertCoefficients c = _coefficients;
        ExpertLoad load = _routing.Load(_experts.Count, _experts.Top, _ranks, tokens, c.BlockTokens);
        double bytesPerUs = _device.HbmTbPerS * 1e6;
        double elements = _matrices * _input * _width;
        double rows = load.Pairs + c.Padding * Math.Max(0, load.Padded - load.Pairs);
        double memory = load.Distinct * elements * _weight / (bytesPerUs * c.MemoryEfficiency);
        double compute = 2 * rows * elements / (_device.PeakTflops16Bit * 1e6 * c.PeakMultiplier * c.ComputeEfficiency);
        double passes = c.TokenPasses * 2 * tokens * _experts.Top * _input + c.RowPasses * 2 * load.Pairs * (_input + 3 * _width);
        return c.FixedUs + c.PerExpertUs * load.Distinct + passes / bytesPerUs + OperatorTimes.Norm(compute, memory, c.NormExponent);
    }

    /// <summary>The coefficients of a format; 4-bit integers in groups of 128 take those of groups of 32.</summary>
    private static ExpertCoefficients Of(TimingProfile device, NumberFormat format)
    {
        IReadOnlyList<ExpertCoefficients> known = device.Experts ?? [];
        NumberFormat wanted = format == NumberFormat.Int4Group128 ? NumberFormat.Int4Group32 : format;
        if (known.FirstOrDefault(one => one.Format == wanted) is { } found)
            return found;
        string formats = known.Count == 0 ? "none" : string.Join(", ", known.Select(one => LayerWords.Of(one.Format)));
        throw new InputException(
            $"timing profile {device.Name} has no experts with weights of {LayerWords.Of(format)}; available: {formats}; "
                + "timing.profile names another");
    }
}
