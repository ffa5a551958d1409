namespace ELLM.Sim.Experiments.Capacity;

/// <summary>What a deployment must do, and how closely its limit is to be known.</summary>
/// <param name="Attainment">Share of all requests that must meet every objective (DistServe: 0.9 or 0.99).</param>
/// <param name="Draws">Traces drawn from the workload: those behind the interval, or those each rate of finite runs is run on.</param>
/// <param name="Tolerance">The search ends when the lowest rate that misses is within this share above the highest that meets.</param>
/// <param name="Finite">Judge runs as long as the trace, from an empty deployment until all are done, instead of a steady load.</param>
public sealed record CapacityGoal(
    double Attainment = 0.9, int Draws = CapacityGoal.SteadyDraws, double Tolerance = 0.01, bool Finite = false)
{
    /// <summary>Fewer draws say too little about the spread of a capacity over traces of one kind.</summary>
    public const int SteadyDraws = 32;

    /// <summary>Draws of finite runs where none are stated.</summary>
    public const int FiniteDraws = 5;

    public const int MostDraws = 1000;

    /// <exception cref="InputException">A value is out of its range.</exception>
    public void Check()
    {
        if (!(Attainment is > 0 and <= 1))
            throw new InputException(FormattableString.Invariant($"attainment: expected a share from 0 to 1, found {Attainment}"));
        if (Draws is < 1 or > MostDraws)
            throw new InputException($"seeds: expected 1 to {MostDraws}, found {Draws}");
        if (!(Tolerance is >= 0.001 and <= 1))
            throw new InputException(FormattableString.Invariant($"tolerance: expected a share from 0.001 to 1, found {Tolerance}"));
    }
}
