namespace ELLM.Sim.Kernels.Measure;

/// <summary>How long and how often to measure.</summary>
/// <param name="Budget">Wall time of all rounds together.</param>
/// <param name="Seed">Of the order of visits and of the data.</param>
public sealed record MeasureOptions(TimeSpan Budget, ulong Seed = 1)
{
    /// <summary>Share of the free device memory that may be used.</summary>
    public const double MemoryShare = 0.75;

    /// <summary>Samples of a visit; the next ones come in the next round, so that slow changes of the device show.</summary>
    public int VisitSamples { get; init; } = 5;

    /// <summary>First samples of a point, kept in the file and flagged.</summary>
    public int WarmupSamples { get; init; } = 3;

    public int MinRounds { get; init; } = 5;

    public int MinSamples { get; init; } = 15;

    public int MaxSamples { get; init; } = 400;

    /// <summary>A point is settled when the 95 % interval of its median is narrower than this share of it.</summary>
    public double Precision { get; init; } = 0.02;
}

/// <summary>How far a run is.</summary>
/// <param name="Round">From one.</param>
/// <param name="Settled">Points that need no more samples.</param>
/// <param name="Points">All points.</param>
/// <param name="LeftSeconds">Until the budget is spent: the run ends then at the latest.</param>
public readonly record struct MeasureProgress(int Round, int Settled, int Points, double LeftSeconds);

/// <summary>What a run brought.</summary>
/// <param name="Samples">Every sample in the order of measuring.</param>
/// <param name="Rounds">Rounds that visited every unsettled point.</param>
/// <param name="Flags"><c>budget-spent</c> when points were left unsettled.</param>
public sealed record MeasureOutcome(IReadOnlyList<RawSample> Samples, int Rounds, IReadOnlyList<string> Flags);
