using System.Text.Json.Serialization;

namespace ELLM.Sim.Timing;

/// <summary>How an engine runs the decoding rows of an iteration that also has prefill chunks.</summary>
public enum MixedBatchMode
{
    /// <summary>Prefill and decode kernels one after the other, each at its own speed.</summary>
    [JsonStringEnumMemberName("separate")]
    Separate,

    /// <summary>One variable-length FlashAttention-2 launch: decoding rows lose split KV and grouped-query packing.</summary>
    [JsonStringEnumMemberName("single_kernel_fa2")]
    SingleKernelFa2,
}
