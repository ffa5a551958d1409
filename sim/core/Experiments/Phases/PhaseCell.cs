using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Phases;

/// <summary>A policy in a cell.</summary>
/// <param name="Attainment">Share of the measured requests that met their objectives, over the draws.</param>
/// <param name="Gain">Attainment less the baseline's on the same draw; of the baseline itself none.</param>
public sealed record PhaseScore(string Policy, MeanInterval Attainment, MeanInterval Gain);

/// <summary>One cell of a phase diagram.</summary>
/// <param name="Prompt">Mean prompt, tokens.</param>
/// <param name="Load">Share of the baseline's saturated rate.</param>
/// <param name="RatePerS">Requests a second.</param>
/// <param name="Scores">The baseline first.</param>
public sealed record PhaseCell(int Prompt, double Load, double RatePerS, IReadOnlyList<PhaseScore> Scores)
{
    /// <summary>A gain whose 95 % interval lies above this names a policy.</summary>
    public const double LeastGain = 0.02;

    /// <summary>A queue that grows for as long as requests come: every figure is one of that length.</summary>
    public bool DependsOnLength => Load > 1;

    /// <summary>The policy that pays here; null where none does beyond chance.</summary>
    public PhaseScore? Named => Scores.Skip(1).Where(Pays).MaxBy(s => s.Gain.Mean);

    public static bool Pays(PhaseScore score) => score.Gain.Mean - score.Gain.HalfWidth > LeastGain;
}
