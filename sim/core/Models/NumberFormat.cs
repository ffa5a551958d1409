using System.Text.Json.Serialization;

namespace ELLM.Sim.Models;

/// <summary>How weights are stored. Scales are counted with the weights.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NumberFormat>))]
public enum NumberFormat
{
    [JsonStringEnumMemberName("16bit")]
    Bits16,

    [JsonStringEnumMemberName("32bit")]
    Bits32,

    /// <summary>8-bit floats, a scale for each tensor or channel: not counted.</summary>
    [JsonStringEnumMemberName("fp8")]
    Fp8,

    /// <summary>8-bit floats, a 32-bit scale for each block of 128 x 128.</summary>
    [JsonStringEnumMemberName("fp8-block")]
    Fp8Block,

    [JsonStringEnumMemberName("int8")]
    Int8,

    /// <summary>4-bit integers in groups of 128, a 16-bit scale and a 4-bit zero point each (AWQ, GPTQ).</summary>
    [JsonStringEnumMemberName("int4-group-128")]
    Int4Group128,

    /// <summary>4-bit integers in groups of 32, a 16-bit scale each.</summary>
    [JsonStringEnumMemberName("int4-group-32")]
    Int4Group32,

    /// <summary>4-bit floats in groups of 32, an 8-bit exponent each.</summary>
    [JsonStringEnumMemberName("mxfp4")]
    Mxfp4,

    /// <summary>4-bit floats in groups of 16, an 8-bit scale each.</summary>
    [JsonStringEnumMemberName("nvfp4")]
    Nvfp4,

    /// <summary>4-bit normal floats in groups of 64, a 32-bit scale each (bitsandbytes).</summary>
    [JsonStringEnumMemberName("nf4")]
    Nf4,
}

/// <summary>Bytes of weights by format: exact fractions, so sizes are whole numbers of bytes.</summary>
public static class NumberFormatSizes
{
    /// <summary>Bytes of that many weights, scales included, rounded up.</summary>
    public static long BytesOf(this NumberFormat format, long weights)
    {
        (long part, long of) = format switch
        {
            NumberFormat.Bits32 => (4L, 1L),
            NumberFormat.Fp8 or NumberFormat.Int8 => (1, 1),
            NumberFormat.Fp8Block => (4097, 4096),
            NumberFormat.Int4Group128 => (133, 256),
            NumberFormat.Int4Group32 or NumberFormat.Nvfp4 or NumberFormat.Nf4 => (9, 16),
            NumberFormat.Mxfp4 => (17, 32),
            _ => (2, 1),
        };
        return (weights / of * part) + (weights % of * part + of - 1) / of;
    }

    /// <summary>Bytes of one weight.</summary>
    public static double Bytes(this NumberFormat format) => BytesOf(format, 1 << 20) / (double)(1 << 20);
}

/// <summary>Formats of the parts of a model. Embeddings, LM head, norms and routers stay 16 bit.</summary>
/// <param name="Attention">Projections of attention, of linear and of state-space layers.</param>
/// <param name="Dense">Dense feed-forward blocks.</param>
/// <param name="Shared">Shared experts.</param>
/// <param name="Experts">Routed experts.</param>
public sealed record WeightFormats(
    NumberFormat Attention = NumberFormat.Bits16,
    NumberFormat Dense = NumberFormat.Bits16,
    NumberFormat Shared = NumberFormat.Bits16,
    NumberFormat Experts = NumberFormat.Bits16)
{
    /// <summary>One format for all parts.</summary>
    public static WeightFormats All(NumberFormat format) => new(format, format, format, format);
}
