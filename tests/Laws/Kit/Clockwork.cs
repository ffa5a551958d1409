using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>The time models that scenarios run under.</summary>
internal enum Clockwork
{
    /// <summary>Every iteration takes the same: steps of different replicas and arrivals coincide all the time.</summary>
    Plain,

    /// <summary>All terms of the constant model.</summary>
    Affine,

    /// <summary><see cref="PieceTimeModel"/>: valid for a few steps at a time.</summary>
    Pieces,

    /// <summary>The analytic model of a real GPU, its floor included.</summary>
    Analytic,

    /// <summary>A linear fit with two regimes of decodes.</summary>
    Linear,
}

internal static class Clockworks
{
    private static readonly AnalyticTimeModel Analytic =
        AnalyticTimeModel.For(GpuCatalog.Load("a100-80"), ModelCatalog.Load("llama-3.1-8b"), 1,
            new TimingOptions(16, OverheadProfile.Graph));

    public static ITimeModel Of(Clockwork kind) => kind switch
    {
        Clockwork.Plain => new ConstantTimeModel { StepPs = 1000 },
        Clockwork.Affine => new ConstantTimeModel
        {
            StepPs = 1000,
            PerSequencePs = 70,
            PerContextTokenPs = 3,
            PerLongestTokenPs = 2,
            PerPrefillTokenPs = 11,
            PerPrefillPairPs = 1,
        },
        Clockwork.Pieces => new PieceTimeModel(),
        Clockwork.Linear => new LinearTimeModel(new LinearFit(
            "test", "test", "test", 1, new LinearPrefill(9e-7, 1.25e-8, 3e-10), [new(1e-6, 2e-9, 5e-8, 4), new(1.4e-6, 1e-9, 3e-8)])),
        _ => Analytic,
    };

    /// <summary>Picoseconds of an ordinary step, to make arrivals that meet a busy engine.</summary>
    public static long StepPs(Clockwork kind) => kind == Clockwork.Analytic ? 10_000_000_000 : 1000;
}
