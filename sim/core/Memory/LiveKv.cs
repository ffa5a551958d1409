using ELLM.Sim.Time;

namespace ELLM.Sim.Memory;

/// <summary>The oracle's memory: only bytes that are live, wherever there is room for them.</summary>
/// <remarks>
/// <para>A token takes exactly its K and V; nothing is rounded, reserved or kept free. Activations take what the iteration's tokens
/// need and are gone after it. Moving KV between the GPU and the host takes no time, so each layer's KV can be on the GPU while that
/// layer runs and on the host otherwise: KV counts against both memories together, activations against the GPU alone.</para>
/// <para>n decoding sequences grow by n tokens a step, so the horizon is a division. Source: none, a bound no system reaches.</para>
/// </remarks>
public sealed class LiveKv : IKvMemory
{
    private readonly long _gpuBytes;
    private readonly long _poolBytes;
    private readonly long _activationBytesPerToken;
    private readonly int _maxBatchedTokens;
    private long _held;
    private int _decoding;

    /// <summary>Activations of the iteration that runs.</summary>
    private long _activationBytes;

    /// <param name="gpuBytes">GPU memory beside weights, context and graphs.</param>
    /// <param name="hostBytes">Host memory for KV.</param>
    /// <param name="bytesPerToken">K and V of one token over all layers of one rank.</param>
    /// <param name="activationBytesPerToken">Live activation bytes of one token in an iteration.</param>
    /// <param name="maxBatchedTokens">Most tokens an iteration computes: a longer prompt comes in parts.</param>
    public LiveKv(long gpuBytes, long hostBytes, long bytesPerToken, long activationBytesPerToken, int maxBatchedTokens)
    {
        _gpuBytes = gpuBytes;
        _poolBytes = gpuBytes + hostBytes;
        BytesPerToken = bytesPerToken;
        _activationBytesPerToken = activationBytesPerToken;
        _maxBatchedTokens = maxBatchedTokens;
    }

    public long CapacityTokens => _poolBytes / BytesPerToken;

    public long AllocatedTokens => _held;

    public long BytesPerToken { get; }

    public long UsedUnits => _held;

    /// <summary>On the GPU: activations, and as much KV as fits beside them.</summary>
    public MappedMemory? Mapped
    {
        get
        {
            long kv = Math.Min(_held * BytesPerToken, _gpuBytes - _activationBytes);
            return new MappedMemory(kv, 0, _activationBytes, _gpuBytes - _activationBytes - kv, Elastic: true);
        }
    }

    /// <summary>The most bytes that any iteration needed so far, activations included: a pool of this size gives the same run.</summary>
    public long PeakBytes { get; private set; }

    public long UnitsOf(in KvGrant grant, int tokens) => Math.Max(grant.Units, tokens);

    /// <summary>The reserve that a fixed boundary would profile is free here, or what of it fits beside the weights.</summary>
    internal static LiveKv Create(LayoutInput input)
    {
        MemoryBudget budget = input.Budget;
        return new LiveKv(
            budget.KvBytes + budget.ActivationBytes - budget.ShortfallBytes,
            input.HostBytes,
            budget.KvBytesPerToken,
            budget.ActivationBytesPerToken,
            input.MaxBatchedTokens);
    }

    public bool CouldHold(in KvDemand demand) =>
        Fits(demand.PlannedTokens, 1) && Fits(demand.Tokens, Math.Min(demand.Tokens, _maxBatchedTokens));

    public Admission CanAdmit(in KvDemand demand, in IterationLoad load)
    {
        if (!Fits(demand.Tokens, Math.Min(demand.Tokens, _maxBatchedTokens)))
            return Admission.Never;
        return FitsBeside(demand.Tokens, load) ? Admission.Now : Admission.Later;
    }

    public void Admit(ref KvGrant grant, in KvDemand demand, in IterationLoad load)
    {
        grant.Units = demand.Tokens;
        _held += demand.Tokens;
    }

    public bool CanExtend(in KvGrant grant, int tokens, in IterationLoad load) => FitsBeside(Math.Max(0, tokens - grant.Units), load);

    public void Extend(ref KvGrant grant, int tokens)
    {
        _held += Math.Max(0, tokens - grant.Units);
        grant.Units = Math.Max(tokens, grant.Units);
    }

    public void Release(ref KvGrant grant, int tokens)
    {
        _held -= Math.Max(grant.Units, tokens);
        if (_held < 0)
            throw new InvalidOperationException($"returning {-_held} tokens more than are held");
        grant = default;
    }

    public void Join(ref KvGrant grant, int tokens) => _decoding++;

    public void Leave(ref KvGrant grant, int tokens) => _decoding--;

    public long Horizon(long maxSteps, int lastTokens, long stepPs)
    {
        if (_decoding == 0)
            return maxSteps;
        if (!Fits(_held, _decoding))
            return 0;
        return Math.Min(maxSteps, (_poolBytes - Bytes(_held, _decoding)) / (_decoding * BytesPerToken));
    }

    public long StartIteration(in IterationLoad load, long overlapPs)
    {
        long tokens = _held + (load.WithDecodes ? _decoding : 0);
        if (!Fits(tokens, load.Tokens))
            throw new InvalidOperationException($"an iteration of {load.Tokens} tokens beside {tokens} in the KV cache needs {Bytes(tokens, load.Tokens)} of {_poolBytes} bytes");
        PeakBytes = Math.Max(PeakBytes, Bytes(tokens, load.Tokens));
        _activationBytes = load.Tokens * _activationBytesPerToken;
        return 0;
    }

    public void Advance(long steps, ref KvSpan span, bool watched)
    {
        if (watched)
        {
            // Step j, from 0, holds its own new tokens too.
            long pairs = StepSeries.Pairs(steps);
            long squares = (steps - 1) * steps * ((2 * steps) - 1) / 6;
            span.CapacityTokens = CapacityTokens;
            span.AllocatedSum = (steps * _held) + (_decoding * (pairs + steps));
            span.AllocatedMoment = (pairs * _held) + (_decoding * (squares + pairs));
        }
        _held += steps * _decoding;
        _activationBytes = 0;
        if (steps > 0)
            PeakBytes = Math.Max(PeakBytes, Bytes(_held, _decoding));
    }

    private long Bytes(long kvTokens, int iterationTokens) => (kvTokens * BytesPerToken) + (iterationTokens * _activationBytesPerToken);

    private bool Fits(long kvTokens, int iterationTokens) =>
        iterationTokens * _activationBytesPerToken <= _gpuBytes && Bytes(kvTokens, iterationTokens) <= _poolBytes;

    private bool FitsBeside(long more, in IterationLoad load) =>
        Fits(_held + more + (load.WithDecodes ? _decoding : 0), load.Tokens);
}
