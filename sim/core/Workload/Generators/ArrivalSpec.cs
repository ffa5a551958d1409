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

    /// <summary>Long-run requests per second of the parameters, before <see cref="ScaleToRatePerS"/>.</summary>
    [JsonIgnore]
    public abstract double NominalRatePerS { get; }

    /// <summary>The first <paramref name="count"/> arrivals after 0, in order.</summary>
    internal abstract double[] Sample(int count, RandomStream random);

    internal virtual void Check(string where)
    {
        if (!(NominalRatePerS > 0 && double.IsFinite(NominalRatePerS)))
            throw new InputException(FormattableString.Invariant($"{where}: the rate must be above 0, found {NominalRatePerS}"));
        if (ScaleToRatePerS is { } rate && !(rate > 0 && double.IsFinite(rate)))
            throw new InputException(FormattableString.Invariant($"{where}.scale_to_rate_per_s: expected a number above 0, found {rate}"));
    }

    private protected static double[] Accumulate(int count, Func<double> nextGap)
    {
        double[] times = new double[count];
        double now = 0;
        for (int i = 0; i < count; i++)
            times[i] = now += nextGap();
        return times;
    }

    private protected static void Need(bool good, string message)
    {
        if (!good)
            throw new InputException(message);
    }
}
