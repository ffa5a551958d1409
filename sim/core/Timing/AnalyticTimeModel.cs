using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Time;
using ELLM.Sim.Timing.Kinds;

namespace ELLM.Sim.Timing;

/// <summary>Iteration times of a decoder on a device with fitted coefficients; decode-only iterations are table look-ups.</summary>
/// <remarks>
/// <para><c>iteration = max(floor layers, layers (4 products + element-wise + 2 all-reduces + attention) + embedding + LM head +
/// sampler) + fixed + per_sequence s</c>; the operators are those of <see cref="OperatorTimes"/>, and of
/// <see cref="LayerTimes"/> where layers are of other kinds. Decode-only iterations are <c>A(b) + B S + C(b) smax</c>: A padded to CUDA
/// graph sizes in the graph profile, B and C integer picoseconds a token. Windows stop growing: a piece ends where they are full.</para>
/// <para>Each part is rounded to picoseconds once and parts are added as integers, so an iteration costs the same however it is
/// reached. Errors against measured tables: 3 to 8 % an iteration on calibrated devices, more where the provenance says borrowed.</para>
/// <para>Threads: everything but what <see cref="IterationParts"/> remembers is fixed at construction.</para>
/// </remarks>
public sealed partial class AnalyticTimeModel : ITimeModel
{
    private readonly OperatorTimes _operators;
    private readonly LayerTimes _layers;

    /// <summary>Share of embedding and final norm that is computed here: half is the embedding.</summary>
    private readonly double _ends;
    private readonly bool _singleKernel;
    private readonly long[] _decodeFixedPs;
    private readonly long[] _decodeFloorPs;
    private readonly long[] _perLongestPs;
    private readonly long[] _decodeAttentionPs;
    private readonly long _perContextPs;
    private readonly long _mixedPerSequencePs;
    private readonly long _mixedPerContextPs;
    private readonly long _overheadFixedPs;
    private readonly long _overheadPerSequencePs;
    private readonly long _floorPs;
    private readonly IterationParts _parts;
    private readonly WindowDecode? _windows;

    /// <summary>Takes over where contexts are too long for captured graphs; null: nowhere.</summary>
    private readonly AnalyticTimeModel? _eager;

    /// <param name="profile">Coefficients of the device.</param>
    /// <param name="model">Shape of the model.</param>
    /// <param name="tensorParallel">GPUs that share each layer.</param>
    /// <param name="options">Batch limit, engine overhead, padding.</param>
    /// <exception cref="InputException">The model does not divide, or the device has no all-reduce times for that degree.</exception>
    public AnalyticTimeModel(TimingProfile profile, ModelSpec model, int tensorParallel = 1, TimingOptions? options = null)
    {
        Options = options ?? new TimingOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Options.MaxSequences);
        ArgumentOutOfRangeException.ThrowIfNegative(Options.MemoTokens);
        TimedKinds.Check(model);
        ModelRank rank = model.ForRank(tensorParallel, Options.Stage, Options.ExpertParallel);
        _operators = new OperatorTimes(
            profile, rank, Options.Weights, Options.Fp8Kv, false, Options.PrefillAttentionFactor, Options.DecodeAttentionFactor);
        LayerTimes layers = new(profile, rank, Options, _operators);
        _layers = layers;
        _ends = (Options.HasEmbedding ? 0.5 : 0) + (Options.HasHead ? 0.5 : 0);
        _singleKernel = profile.MixedBatch.Mode == MixedBatchMode.SingleKernelFa2;
        _perContextPs = Ps(layers.DecodePerContextToken);
        _mixedPerSequencePs = Ps(layers.MixedPerSequence);
        _mixedPerContextPs = Ps(layers.MixedPerContextToken);
        _windows = layers.Windows is { } windows ? new WindowDecode(windows, Options.MaxSequences, _singleKernel) : null;
        if (OverheadOf(profile, Options) is { } overhead)
        {
            _overheadFixedPs = Options.HasHead ? Ps(overhead.FixedUs) : 0;
            _overheadPerSequencePs = Options.HasHead ? Ps(overhead.PerSequenceUs) : 0;
            _floorPs = Ps(overhead.FloorUsPerLayer * rank.Stage.Count);
        }
        _parts = new IterationParts(
            Options,
            tokens => layers.Linear(tokens) + _ends * _operators.Ends(tokens),
            _operators.Head,
            layers.Prefill);
        _decodeFixedPs = new long[Options.MaxSequences + 1];
        _decodeFloorPs = new long[Options.MaxSequences + 1];
        _perLongestPs = new long[Options.MaxSequences + 1];
        _decodeAttentionPs = new long[Options.MaxSequences + 1];
        for (int b = 1; b <= Options.MaxSequences; b++)
        {
            long overheadPs = _overheadFixedPs + b * _overheadPerSequencePs;
            _decodeAttentionPs[b] = Ps(layers.DecodeFixed(b));
            _perLongestPs[b] = Ps(layers.DecodePerLongestToken(b));
            int tokens = Options.Pads ? CudaGraphSizes.Pad(b) : b;
            long linearPs = layers.DecodesApart ? Ps(layers.DecodeLinear(tokens) + _ends * _operators.Ends(tokens)) : _parts.LinearPs(tokens);
            _decodeFixedPs[b] = linearPs + _parts.HeadPs(b) + _decodeAttentionPs[b] + overheadPs;
            _decodeFloorPs[b] = _floorPs + overheadPs;
        }
        if (Options is { GraphContext: not null, Overhead: OverheadProfile.Graph })
        {
            // What the host does for an iteration and a sequence is the engine's own either way: only launching the layers differs.
            EngineOverhead own = OverheadOf(profile, Options) ?? new EngineOverhead(0, 0, 0, "none", false);
            double floor = Math.Max(own.FloorUsPerLayer, profile.EagerOverhead.FloorUsPerLayer);
            _eager = new AnalyticTimeModel(profile, model, tensorParallel, Options with
            {
                Overhead = OverheadProfile.Eager,
                Engine = own with { FloorUsPerLayer = floor },
                GraphContext = null,
            });
        }
        Provenance = Describe(profile, tensorParallel, Options, layers);
    }

    public TimingOptions Options { get; }

    /// <summary>Single operators, for comparing time models.</summary>
    public IOperatorTimes Operators => _operators;

    public TimingProvenance Provenance { get; }

    public int MaxSequences => Options.MaxSequences;

    /// <summary>The model of that name or file on that GPU, with the GPU's timing profile.</summary>
    public static AnalyticTimeModel For(GpuSpec gpu, ModelSpec model, int tensorParallel = 1, TimingOptions? options = null) =>
        new(BorrowedTimes.Of(gpu), model, tensorParallel, options);

    public DecodeCost Decode(in DecodeBatch batch)
    {
        if (_eager is null)
            return Launched(batch);
        long captured = Options.GraphContext!.Value - batch.LongestContext + 1;
        if (captured <= 0)
            return _eager.Launched(batch);
        DecodeCost cost = Launched(batch);
        return cost with { ValidSteps = Math.Min(cost.ValidSteps, captured) };
    }

    private DecodeCost Launched(in DecodeBatch batch)
    {
        int b = batch.Sequences;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(b);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(b, MaxSequences);
        DecodeCost cost = new(_decodeFixedPs[b], _perContextPs, _perLongestPs[b], long.MaxValue);
        if (_windows is not null)
            cost = _windows.Add(cost, batch);
        if (_floorPs > 0)
        {
            long now = cost.FixedPs + cost.PerContextTokenPs * batch.ContextTokens + cost.PerLongestTokenPs * batch.LongestContext;
            long floor = _decodeFloorPs[b];
            if (now < floor)
            {
                // Step j of the affine piece takes now + j slope: flat for every j with that at or below the floor.
                long slope = cost.PerContextTokenPs * b + cost.PerLongestTokenPs;
                long steps = slope == 0 ? long.MaxValue : (floor - now) / slope + 1;
                return new DecodeCost(floor, 0, 0, Math.Min(steps, cost.ValidSteps));
            }
        }
        return cost;
    }

    public long Mixed(ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode)
    {
        int tokens = decode.Sequences;
        int samples = decode.Sequences;
        foreach (PrefillChunk chunk in chunks)
        {
            tokens += chunk.Tokens;
            samples += chunk.Samples ? 1 : 0;
        }
        long gpu = _parts.LinearPs(tokens) + _parts.HeadPs(samples) + _parts.PrefillPs(chunks) + DecodeBesidePs(decode);
        long overhead = _overheadFixedPs + (decode.Sequences + chunks.Length) * _overheadPerSequencePs;
        return Math.Max(gpu, _floorPs) + overhead;
    }

    /// <summary>Attention of decoding rows in an iteration with prefill chunks.</summary>
    private long DecodeBesidePs(in DecodeBatch decode)
    {
        int b = decode.Sequences;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(b, MaxSequences);
        if (b == 0)
            return 0;
        long windows = _windows?.BesidePs(decode) ?? 0;
        if (_singleKernel)
            return b * _mixedPerSequencePs + _mixedPerContextPs * decode.ContextTokens + windows;
        return windows + _decodeAttentionPs[b] + _perContextPs * decode.ContextTokens + _perLongestPs[b] * decode.LongestContext;
    }

    private static long Ps(double us) => SimTime.FromMicroseconds(us).Picoseconds;

    /// <summary>What the host adds under these options; null for the GPU alone.</summary>
    internal static EngineOverhead? OverheadOf(TimingProfile profile, TimingOptions options) => options.Overhead switch
    {
        OverheadProfile.Graph => options.Engine ?? profile.GraphOverhead,
        OverheadProfile.Eager => options.Engine ?? profile.EagerOverhead,
        _ => options.Engine,
    };

    private static TimingProvenance Describe(TimingProfile profile, int tensorParallel, TimingOptions options, LayerTimes layers)
    {
        List<TimingSource> parts =
        [
            options.Weights == WeightFormat.Model
                ? new("gemm", profile.Gemm.Source, profile.Gemm.Borrowed)
                : new("gemm 8-bit", profile.Gemm8Bit!.Source, profile.Gemm8Bit.Borrowed),
            options.Fp8Kv
                ? new("decode attention, 8-bit KV", profile.DecodeAttentionFp8Kv!.Source, profile.DecodeAttentionFp8Kv.Borrowed)
                : new("decode attention", profile.DecodeAttention.Source, profile.DecodeAttention.Borrowed),
            new("prefill attention", profile.PrefillAttention.Source, profile.PrefillAttention.Borrowed),
            new("mixed batch", profile.MixedBatch.Source, profile.MixedBatch.Borrowed),
            new("element-wise", profile.Elementwise.Source, profile.Elementwise.Borrowed),
            new("sampler", profile.Sampler.Source, profile.Sampler.Borrowed),
        ];
        parts.AddRange(layers.Sources);
        if (tensorParallel > 1)
        {
            AllReduceTable table = profile.AllReduceOf(tensorParallel);
            parts.Add(new TimingSource($"all-reduce of {tensorParallel}", table.Source, table.Borrowed));
        }
        if (OverheadOf(profile, options) is { } overhead)
            parts.Add(new TimingSource("engine overhead", overhead.Source, overhead.Borrowed));
        return new TimingProvenance("analytic", profile.Name, NameOf(options), parts);
    }

    internal static string NameOf(TimingOptions options) => options.Engine is not null ? "engine" : options.Overhead switch
    {
        OverheadProfile.Graph => "graph",
        OverheadProfile.Eager => "eager",
        _ => "none",
    };
}
