namespace ELLM.Sim.Experiments.Capacity;

/// <summary>What a deployment must do, and how closely its limit is to be known.</summary>
/// <param name="Attainment">Share of all requests that must meet both objectives (DistServe: 0.9 or 0.99).</param>
/// <param name="Seeds">Draws of the workload; each rate is run on all of them.</param>
/// <param name="Tolerance">The search ends when the lowest rate that misses is within this share above the highest that meets.</param>
public sealed record CapacityGoal(double Attainment = 0.9, int Seeds = 5, double Tolerance = 0.01)
{
    public const int MostSeeds = 1000;

    /// <exception cref="InputException">A value is out of its range.</exception>
    public void Check()
    {
        if (!(Attainment is > 0 and <= 1))
            throw new InputException(FormattableString.Invariant($"attainment: expected a share from 0 to 1, found {Attainment}"));
        if (Seeds is < 1 or > MostSeeds)
            throw new InputException($"seeds: expected 1 to {MostSeeds}, found {Seeds}");
        if (!(Tolerance is >= 0.001 and <= 1))
            throw new InputException(FormattableString.Invariant($"tolerance: expected a share from 0.001 to 1, found {Tolerance}"));
    }
}
