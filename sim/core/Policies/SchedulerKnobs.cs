using ELLM.Sim.Settings;

namespace ELLM.Sim.Policies;

/// <summary>Knobs of <see cref="UnifiedScheduler"/>.</summary>
public sealed record UnifiedKnobs : KnobSet
{
    [Knob("admit a prompt only when all of it fits now, not only its next chunk")]
    public bool FullPromptCheck { get; init; }
}

/// <summary>What tells how many tokens a request will emit.</summary>
public enum LengthSource : byte
{
    /// <summary>The mean of the requests finished so far: needs neither a model nor the future.</summary>
    Mean,

    /// <summary>A number.</summary>
    Fixed,

    /// <summary>The true length: bounds what a better predictor could bring.</summary>
    Oracle,
}

/// <summary>How many layers a prompt keeps that does not fit whole.</summary>
public enum KeptLayers : byte
{
    /// <summary>The fewest for which the link copies the others while the prefill computes.</summary>
    Fewest,

    /// <summary>As many as fit, that number at least.</summary>
    Most,
}

/// <summary>Knobs of <see cref="SloSlackScheduler"/>.</summary>
/// <remarks>
/// <para><c>slack_limit</c>: LayerKV eq. 1 and 2. The predictor of lengths is left open by the sources. <c>predicted_tokens</c> 256 is in
/// the middle of chat outputs.</para>
/// <para><c>prefill_correction</c>: eq. 3's empirical one, not published. 1: the prediction is the time model's own, where the paper
/// divides FLOPs by the peak.</para>
/// <para><c>kept_layers</c>: eq. 4 gives the smallest number that must stay; that it is the number is one reading.
/// <c>protect_lost</c>, <c>look_past</c>: the minimum of eq. 1 and 2 as written holds everybody back for one sequence that nothing can
/// save, or for one prompt longer than the least slack; otherwise is ours.</para>
/// </remarks>
public sealed record SloSlackKnobs : KnobSet
{
    [Knob("prefills start only within the TPOT slack of the decodes")]
    public bool SlackLimit { get; init; } = true;

    [Knob("tokens a request is expected to emit: mean of those finished so far, a fixed number, the true one")]
    public LengthSource LengthPredictor { get; init; } = LengthSource.Mean;

    [Knob("what fixed predicts, and mean until a request has finished", 1, 1 << 20)]
    public int PredictedTokens { get; init; } = 256;

    [Knob("factor on the predicted prefill time", 0.001, 1000)]
    public double PrefillCorrection { get; init; } = 1;

    [Knob("layers kept by a prompt that does not fit whole: the fewest that hide the copy of the others, or as many as fit")]
    public KeptLayers KeptLayers { get; init; } = KeptLayers.Fewest;

    [Knob("a decode that will miss its TPOT whatever prefills do holds them back like any other")]
    public bool ProtectLost { get; init; }

    [Knob("prompts at the head of the queue that may wait for slack while later ones that have it start", 0, 1 << 10)]
    public int LookPast { get; init; } = 16;
}
