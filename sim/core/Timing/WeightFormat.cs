using System.Text.Json.Serialization;

namespace ELLM.Sim.Timing;

/// <summary>How the weights of the layers are stored and multiplied. The LM head stays 16 bit.</summary>
public enum WeightFormat
{
    /// <summary>As the model's shape says: 16 bit unless its weight_element_bytes differs.</summary>
    [JsonStringEnumMemberName("model")]
    Model,

    /// <summary>8-bit floats, activations quantised at run time: every product carries a quantisation kernel.</summary>
    [JsonStringEnumMemberName("fp8-dynamic")]
    Fp8Dynamic,

    /// <summary>8-bit floats with stored scales: products launch as fast as 16-bit ones.</summary>
    [JsonStringEnumMemberName("fp8-static")]
    Fp8Static,
}
