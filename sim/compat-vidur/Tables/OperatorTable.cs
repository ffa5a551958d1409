namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>Times by exact keys, filled key by key.</summary>
/// <param name="name">For messages.</param>
/// <param name="missing">What to do about a key that is not there.</param>
public sealed class OperatorTable(string name, VidurMissingKey missing = VidurMissingKey.Refuse) : IOperatorTable
{
    private readonly SortedList<int, double>?[] _times = new SortedList<int, double>?[VidurOperators.All.Count];
    private readonly PairTable _decode = new("attn_decode", "batch", "kv");
    private readonly PairTable _prefill = new("attn_prefill", "kv", "chunk^2");

    public string Name { get; } = name;

    public bool Has(VidurOperator op) => _times[(int)op] is { Count: > 0 };

    public bool HasDecode => _decode.Count > 0;

    public bool HasPrefill => _prefill.Count > 0;

    /// <summary>A later entry of the same key replaces the earlier one.</summary>
    public void Set(VidurOperator op, int count, double ms) => (_times[(int)op] ??= [])[count] = ms;

    public void SetDecode(int batch, int kvTokens, double ms) => _decode.Set(batch, kvTokens, ms);

    public void SetPrefill(int kvTokens, long chunkSquared, double ms) => _prefill.Set(kvTokens, chunkSquared, ms);

    public double Milliseconds(VidurOperator op, int count)
    {
        if (_times[(int)op] is not { Count: > 0 } times)
            throw new InputException($"{Name}: no times for {VidurOperators.NameOf(op)}");
        if (times.TryGetValue(count, out double ms))
            return ms;
        if (missing == VidurMissingKey.Refuse)
            throw new InputException(
                $"{Name}: {VidurOperators.NameOf(op)} has no time for {count} (it has {times.Count} from {times.GetKeyAtIndex(0)} to "
                    + $"{times.GetKeyAtIndex(times.Count - 1)})");
        return times.GetValueAtIndex(PairTable.Nearest(times.Keys, count));
    }

    public double DecodeAttention(int batch, int kvTokens) => _decode.Find(batch, kvTokens, missing, Name);

    public double PrefillAttention(int kvTokens, long chunkSquared) => _prefill.Find(kvTokens, chunkSquared, missing, Name);

    /// <summary>Takes over what another table has.</summary>
    /// <exception cref="InputException">Both have the same operator.</exception>
    internal void Merge(OperatorTable other)
    {
        foreach (VidurOperator op in VidurOperators.All.Where(other.Has))
        {
            if (Has(op))
                throw Twice(VidurOperators.NameOf(op), other);
            _times[(int)op] = other._times[(int)op];
        }
        if (!_decode.Merge(other._decode))
            throw Twice("attn_decode", other);
        if (!_prefill.Merge(other._prefill))
            throw Twice("attn_prefill", other);
    }

    private InputException Twice(string op, OperatorTable other) =>
        new($"{Name}: expected one table of {op}, found another in {Path.GetFileName(other.Name)}");

    /// <summary>Operators without times that a run of <paramref name="config"/> will ask for.</summary>
    internal IReadOnlyList<string> Missing(VidurConfig config)
    {
        List<string> names = [.. VidurOperators.All.Where(op => Needed(op, config) && !Has(op)).Select(VidurOperators.NameOf)];
        if (!HasDecode)
            names.Add("attn_decode");
        if (!HasPrefill)
            names.Add("attn_prefill");
        return names;
    }

    private static bool Needed(VidurOperator op, VidurConfig config) => op switch
    {
        VidurOperator.AllReduce => config.TensorParallel > 1,
        VidurOperator.SendReceive => config.PipelineStages > 1,
        VidurOperator.PostAttentionNorm => config.Model.PostAttentionNorm,
        VidurOperator.Schedule or VidurOperator.Sampler or VidurOperator.PrepareInputs or VidurOperator.ProcessOutputs
            or VidurOperator.RayCommunication => config.Timing.CpuOverhead,
        _ => true,
    };
}
