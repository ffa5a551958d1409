using System.Text.Json.Serialization;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>An arrival process. Times in seconds, rates in requests per second.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(PoissonArrivals), "poisson")]
[JsonDerivedType(typeof(GammaArrivals), "gamma")]
[JsonDerivedType(typeof(WeibullArrivals), "weibull")]
[JsonDerivedType(typeof(ModulatedPoissonArrivals), "mmpp")]
[JsonDerivedType(typeof(OnOffArrivals), "on_off")]
[JsonDerivedType(typeof(CoxArrivals), "cox_lognormal")]
[JsonDerivedType(typeof(RateTableArrivals), "rate_table")]
[JsonDerivedType(typeof(SessionArrivals), "sessions")]
[JsonDerivedType(typeof(ClientArrivals), "clients")]
[JsonDerivedType(typeof(ClosedLoopSpec), "closed_loop")]
public abstract record ArrivalSpec
{
    /// <summary>
    /// Stretches the drawn times so that the trace has exactly this mean rate: for processes whose long memory lets a
    /// sample's rate wander.
    /// </summary>
    public double? ScaleToRatePerS { get; init; }

    /// <summary>Rates beyond these have no second arrival within the clock, or none a microsecond apart.</summary>
    private protected const double LowestRate = 1e-9, HighestRate = 1e9;

    /// <summary>Lengths of bins, sojourns and caps [s].</summary>
    private protected const double ShortestS = 1e-6, LongestS = 1e9;

    /// <summary>Long-run requests per second of the parameters, before <see cref="ScaleToRatePerS"/>.</summary>
    [JsonIgnore]
    public abstract double NominalRatePerS { get; }

    /// <summary>The first <paramref name="count"/> arrivals after 0, in order.</summary>
    internal abstract double[] Sample(int count, RandomStream random);

    internal virtual void Check(string where)
    {
        Within(NominalRatePerS, LowestRate, HighestRate, $"{where}: requests per second");
        if (ScaleToRatePerS is { } rate)
            Within(rate, LowestRate, HighestRate, $"{where}.scale_to_rate_per_s");
    }

    private protected static double[] Accumulate(int count, Func<double> nextGap)
    {
        double[] times = new double[count];
        double now = 0;
        for (int i = 0; i < count; i++)
            times[i] = now += nextGap();
        return times;
    }

    /// <summary>A number of a specification, between ends so wide that no real load is outside and no sampler fails inside.</summary>
    internal static void Within(double value, double least, double most, string what) =>
        Need(value >= least && value <= most,
            FormattableString.Invariant($"{what}: expected a number from {least} to {most}, found {value}"));

    private protected static void Need(bool good, string message)
    {
        if (!good)
            throw new InputException(message);
    }
}
