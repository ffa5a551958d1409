using ELLM.Sim.Hardware;

namespace ELLM.Sim.Memory.Engines;

/// <summary>What a release of an engine takes of a GPU before the first request, and its defaults; holds until the next release listed.</summary>
/// <param name="From">First version it holds for: <c>0.17</c>.</param>
/// <param name="Source">Where the figures come from, and what is assumed.</param>
/// <param name="Utilisation">Default share of the visible memory.</param>
/// <param name="Sampler">Peak of the profiled sampler.</param>
/// <param name="NonTorch">Driver, library and collective memory.</param>
/// <param name="Graphs">CUDA graphs.</param>
/// <param name="Cards">Default batch limits.</param>
/// <param name="StaticShare">
/// The share is of what is free before loading and holds weights and KV alone (SGLang's <c>mem_fraction_static</c>); otherwise the KV
/// pool is what a profiling run leaves of the share (vLLM).
/// </param>
public sealed record EngineRelease(
    string From,
    string Source,
    double Utilisation,
    SamplerMemory Sampler,
    NonTorchMemory NonTorch,
    GraphMemory Graphs,
    CardDefaults Cards,
    bool StaticShare = false)
{
    /// <summary>Driver, library and collective bytes of one GPU.</summary>
    /// <param name="gpu">The card; NVLink or not decides.</param>
    /// <param name="tensorParallel">GPUs that share a layer.</param>
    /// <param name="pipeline">Whether the model's layers stand on several stages.</param>
    public long NonTorchBytes(GpuSpec gpu, int tensorParallel, bool pipeline)
    {
        double together = gpu.HasNvlink ? NonTorch.TensorParallelGib : NonTorch.TensorParallelWithoutNvlinkGib;
        return Gibibytes(tensorParallel > 1 ? together : pipeline ? NonTorch.PipelineGib : NonTorch.OneGpuGib);
    }

    internal static long Gibibytes(double gib) => (long)Math.Round(gib * (1L << 30));

    internal CatalogFault? Check()
    {
        if (!EngineVersion.TryParse(From, out _))
            return new CatalogFault("from", "a version such as 0.19", From);
        if (!(Utilisation is > 0 and <= 1))
            return new CatalogFault("utilisation", "more than 0 and at most 1", FormattableString.Invariant($"{Utilisation}"));
        double[] sizes =
        [
            Sampler.BytesPerLogit, Sampler.FixedGib, NonTorch.OneGpuGib, NonTorch.TensorParallelGib, NonTorch.PipelineGib,
            NonTorch.TensorParallelWithoutNvlinkGib, Graphs.FixedGib, Graphs.MibPerLayer,
        ];
        foreach (double size in sizes)
        {
            if (!(size is >= 0 and < 1024))
                return new CatalogFault("releases", "sizes from 0 to 1024", FormattableString.Invariant($"{size}"));
        }
        return null;
    }
}

/// <summary>Peak of the sampler in the profiling run.</summary>
/// <param name="BytesPerLogit">Bytes for each sequence and vocabulary entry.</param>
/// <param name="FixedGib">What does not grow with the batch.</param>
/// <param name="KeepsLogits">The logits themselves, in the activations' format, are beside them.</param>
public sealed record SamplerMemory(double BytesPerLogit, double FixedGib, bool KeepsLogits = false)
{
    /// <summary>Bytes of one sequence: all its logits.</summary>
    public long BytesPerSequence(int vocab, int activationElementBytes) =>
        (long)((BytesPerLogit + (KeepsLogits ? activationElementBytes : 0)) * vocab);

    public long FixedBytes => EngineRelease.Gibibytes(FixedGib);
}

/// <summary>Driver, libraries and collectives of one GPU, GiB.</summary>
/// <param name="OneGpuGib">The model is on one GPU.</param>
/// <param name="TensorParallelGib">GPUs with NVLink share layers.</param>
/// <param name="TensorParallelWithoutNvlinkGib">GPUs without NVLink share layers.</param>
/// <param name="PipelineGib">A stage of several, its layers on one GPU.</param>
public sealed record NonTorchMemory(
    double OneGpuGib, double TensorParallelGib, double TensorParallelWithoutNvlinkGib, double PipelineGib);

/// <summary>CUDA graphs of one GPU.</summary>
/// <param name="InsideUtilisation">Taken from the engine's share; otherwise they live outside it.</param>
public sealed record GraphMemory(double FixedGib, double MibPerLayer, bool InsideUtilisation)
{
    public long Bytes(int layers) => EngineRelease.Gibibytes(FixedGib) + (long)(MibPerLayer * (1 << 20)) * layers;
}

/// <summary>Limits of a batch that the user did not state: of large cards, and of the others.</summary>
/// <param name="Tokens">Most tokens in an iteration; null: max(max_model_len, 2048), engines without chunked prefill.</param>
/// <param name="LargeFromGib">Visible memory from which a card is large; null: none is.</param>
/// <param name="NeverLarge">Beginnings of names of cards that are not large whatever their memory.</param>
public sealed record CardDefaults(
    int Sequences, int LargeCardSequences, int? Tokens = null, int? LargeCardTokens = null, double? LargeFromGib = null,
    IReadOnlyList<string>? NeverLarge = null)
{

    public int SequencesOf(GpuSpec gpu) => IsLarge(gpu) ? LargeCardSequences : Sequences;

    public int? TokensOf(GpuSpec gpu) => IsLarge(gpu) ? LargeCardTokens : Tokens;

    private bool IsLarge(GpuSpec gpu) => LargeFromGib is double gib && gpu.VisibleBytes >= EngineRelease.Gibibytes(gib)
        && !(NeverLarge ?? []).Any(name => gpu.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase));
}
