using ELLM.Sim.Models;

namespace ELLM.Sim.Validation;

/// <summary>The model that a server named in its log.</summary>
internal static class PrintedModel
{
    /// <summary>Names that are no hub name of a shipped model: quantised copies, and what people write.</summary>
    private static readonly Dictionary<string, string> Names = new()
    {
        ["llama-3-70b"] = "llama-3.1-70b",
        ["phi-4"] = "phi-4-14b",
        ["microsoft/phi-4, 4 bit"] = "phi-4-14b",
        ["DeepSeek-R1, AWQ"] = "deepseek-v3",
        ["DeepSeek-V2.5"] = "deepseek-v2.5",
        ["Qwen3-Next-80B-A3B"] = "qwen3-next-80b-a3b",
        ["RedHatAI/Mistral-Small-3.1-24B-Instruct-2503-quantized.w8a8"] = "mistral-small-3.1-24b",
        ["RedHatAI/Qwen2.5-7B-Instruct-quantized.w8a8"] = "qwen2.5-7b",
    };

    /// <summary>Null where its shape or its quantisation is not known.</summary>
    /// <param name="model">Published name.</param>
    /// <param name="shape">Key of a dense shape; empty: the published name decides.</param>
    /// <param name="quantisation">As the server printed it; empty: none, or the model's own.</param>
    public static ModelSpec? Of(string model, string shape, string quantisation)
    {
        string key = shape.Length > 0 ? shape : model;
        string name = Names.GetValueOrDefault(key, key);
        string? known = ModelCatalog.Names.FirstOrDefault(one => one == name)
            ?? ModelCatalog.Names.FirstOrDefault(one => ModelCatalog.Load(one).Hub?.Contains(name) ?? false);
        if (known is null)
            return null;
        ModelSpec spec = ModelCatalog.Load(known);
        return quantisation switch
        {
            "" or "mxfp4" => spec,
            "fp8" or "compressed-tensors" => spec with { WeightElementBytes = 1 },
            "gptq_marlin" or "awq" => spec with { Formats = WeightFormats.All(NumberFormat.Int4Group128) },
            "bitsandbytes" => spec with { Formats = WeightFormats.All(NumberFormat.Nf4) },
            _ => null,
        };
    }

    /// <summary>Words for the weights; null: nothing to say.</summary>
    public static string? Words(string quantisation) => quantisation switch
    {
        "fp8" or "compressed-tensors" => " 8-bit",
        "gptq_marlin" or "awq" or "bitsandbytes" => " 4-bit",
        _ => null,
    };
}
