using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;
using ELLM.Sim.Timing.Kinds;

namespace ELLM.Sim.Timing;

/// <summary>Fitted coefficients of one device (configs/timing), each group with its source and whether another device lent it.</summary>
/// <remarks>Nothing here belongs to a model: shapes enter through the formulas of <see cref="OperatorTimes"/>.</remarks>
public sealed record TimingProfile
{
    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    public required string Name { get; init; }

    public required string Source { get; init; }

    /// <summary>The peak that compute efficiencies are shares of, 10^12 operations a second.</summary>
    [JsonPropertyName("peak_tflops_16bit")]
    public required double PeakTflops16Bit { get; init; }

    /// <summary>The peak that memory efficiencies are shares of, 10^12 bytes a second.</summary>
    public required double HbmTbPerS { get; init; }

    public required int Sms { get; init; }

    public required GemmCoefficients Gemm { get; init; }

    /// <summary>Products with 8-bit weights: the peak is twice the 16-bit one. Null where none was measured.</summary>
    /// <remarks>Fitted on kernels that quantise activations as they go; static scales take the 16-bit launch cost instead.</remarks>
    [JsonPropertyName("gemm_8bit")]
    public GemmCoefficients? Gemm8Bit { get; init; }

    /// <summary>Products with 4-bit weights; those of a format without an entry are read at their size and multiplied as 16 bit.</summary>
    [JsonPropertyName("gemm_4bit")]
    public IReadOnlyList<FourBitProducts>? Gemm4Bit { get; init; }

    /// <summary>Fused experts by the format of their weights; null where none was measured.</summary>
    public IReadOnlyList<ExpertCoefficients>? Experts { get; init; }

    /// <summary>Latent attention with its projections; null where none was measured.</summary>
    public IReadOnlyList<LatentCoefficients>? Latent { get; init; }

    public required DecodeAttentionCoefficients DecodeAttention { get; init; }

    /// <summary>Decode attention over an 8-bit KV cache; null where none was measured.</summary>
    [JsonPropertyName("decode_attention_fp8_kv")]
    public DecodeAttentionCoefficients? DecodeAttentionFp8Kv { get; init; }

    public required PrefillAttentionCoefficients PrefillAttention { get; init; }

    public required ElementwiseCoefficients Elementwise { get; init; }

    public required SamplerCoefficients Sampler { get; init; }

    public required MixedBatchCoefficients MixedBatch { get; init; }

    /// <summary>One table for each tensor-parallel degree that was measured; empty when none was.</summary>
    public required IReadOnlyList<AllReduceTable> AllReduce { get; init; }

    /// <summary>Handing a tensor from one pipeline stage to the next; null where it was not measured.</summary>
    public IReadOnlyList<SendReceiveTable>? SendReceive { get; init; }

    public required EngineOverhead GraphOverhead { get; init; }

    public required EngineOverhead EagerOverhead { get; init; }

    /// <summary>The all-reduce table of a tensor-parallel degree above one.</summary>
    /// <exception cref="InputException">None was measured on this device; the message names those that were.</exception>
    public AllReduceTable AllReduceOf(int gpus)
    {
        AllReduceTable? table = AllReduce.FirstOrDefault(known => known.Gpus == gpus);
        if (table is not null)
            return table;
        string known = string.Join(", ", AllReduce.Select(one => one.Gpus).Prepend(1));
        throw new InputException($"timing profile {Name} has no all-reduce times for tensor parallel {gpus}; available: {known}");
    }

    /// <summary>Times between two pipeline stages.</summary>
    /// <remarks>
    /// Where sending was not measured inside a node, it takes what an all-reduce between two GPUs of the device takes: both move
    /// the message once over the same link.
    /// </remarks>
    /// <exception cref="InputException">Neither is known.</exception>
    public SendReceiveTable SendReceiveOf(string link)
    {
        IReadOnlyList<SendReceiveTable> measured = SendReceive ?? [];
        SendReceiveTable? table = measured.FirstOrDefault(known => known.Link == link);
        if (table is not null)
            return table;
        if (link == SendReceiveTable.IntraNode && AllReduce.FirstOrDefault(known => known.Gpus == 2) is { } pair)
            return new SendReceiveTable(link, pair.Segments, $"taken as an all-reduce of 2: {pair.Source}", true);
        string known = string.Join(", ", measured.Select(one => one.Link));
        throw new InputException($"timing profile {Name} has no {link} send and receive times, which pp needs between stages; available: {(known.Length == 0 ? "none" : known)}; timing.profile names another");
    }

    internal CatalogFault? Check() => TimingChecks.FirstFault(this);
}
