using System.IO.Enumeration;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ELLM.Sim.Models.Hub;

/// <summary>Stored formats of the weights: quantization_config, or NVIDIA's file beside the configuration.</summary>
internal static class HubFormats
{
    private const string Methods = "fp8, modelopt, compressed-tensors, mxfp4, awq, gptq or bitsandbytes";

    /// <summary>Null for weights of 16 bit.</summary>
    public static WeightFormats? Read(ConfigKeys keys, HubLayers layers, string? beside)
    {
        if (keys.Element("quantization_config") is { ValueKind: JsonValueKind.Object } own)
            return Of(keys, layers, own);
        if (beside is null)
            return null;
        using JsonDocument document = JsonDocument.Parse(beside);
        return document.RootElement.TryGetProperty("quantization", out JsonElement part) ? Of(keys, layers, part) : null;
    }

    private static WeightFormats Of(ConfigKeys keys, HubLayers layers, JsonElement part)
    {
        NumberFormat format = FormatOf(keys, part);
        string[] kept = [.. Lists(part, "modules_to_not_convert"), .. Lists(part, "ignore"), .. Lists(part, "exclude_modules")];
        // The last layer stands for all: exceptions that name single layers name the first ones.
        string layer = $"model.layers.{layers.Count - 1}.";
        NumberFormat In(params ReadOnlySpan<string> modules)
        {
            foreach (string module in modules)
            {
                if (kept.Any(pattern => Matches(pattern, layer + module)))
                    return NumberFormat.Bits16;
            }
            return format;
        }

        bool onlyExperts = Text(part, "quant_method") == "mxfp4";
        NumberFormat attention = onlyExperts ? NumberFormat.Bits16 : In("self_attn.q_proj", "self_attn.q_b_proj", "self_attn.kv_b_proj");
        NumberFormat dense = onlyExperts ? NumberFormat.Bits16 : In("mlp.gate_proj", "mlp.down_proj");
        return new WeightFormats(attention, dense, onlyExperts ? NumberFormat.Bits16
            : In("mlp.shared_experts.gate_proj", "mlp.shared_expert.gate_proj"),
            In("mlp.experts.0.gate_proj"));
    }

    private static NumberFormat FormatOf(ConfigKeys keys, JsonElement part)
    {
        string? algorithm = Text(part, "quant_algo");
        string? method = Text(part, "quant_method") ?? (algorithm is null ? null : "modelopt");
        int bits = Whole(part, "bits") ?? Whole(part, "w_bit") ?? 4;
        return method switch
        {
            "fp8" => part.TryGetProperty("weight_block_size", out JsonElement block) && block.ValueKind == JsonValueKind.Array
                ? NumberFormat.Fp8Block
                : NumberFormat.Fp8,
            "mxfp4" => NumberFormat.Mxfp4,
            "awq" or "gptq" when bits == 4 => Group(keys, Whole(part, "group_size") ?? Whole(part, "q_group_size") ?? 128),
            "gptq" when bits == 8 => NumberFormat.Int8,
            "bitsandbytes" => part.TryGetProperty("load_in_4bit", out JsonElement four) && four.ValueKind == JsonValueKind.True
                ? NumberFormat.Nf4
                : NumberFormat.Int8,
            "compressed-tensors" => OfGroups(keys, part),
            "modelopt" => algorithm switch
            {
                "FP8" => NumberFormat.Fp8,
                "NVFP4" => NumberFormat.Nvfp4,
                null when part.TryGetProperty("config_groups", out _) => OfGroups(keys, part),
                _ => throw keys.Refuse($"quant_algo: expected FP8 or NVFP4, found {algorithm ?? "none"}"),
            },
            _ => throw keys.Refuse(
                $"quant_method: expected {Methods}, found {method ?? "none"}{(method is "awq" or "gptq" ? $" of {bits} bits" : "")}"),
        };
    }

    /// <summary>The weights of the first group; several groups with different ones are not told apart.</summary>
    private static NumberFormat OfGroups(ConfigKeys keys, JsonElement part)
    {
        NumberFormat? found = null;
        if (!part.TryGetProperty("config_groups", out JsonElement groups) || groups.ValueKind != JsonValueKind.Object)
            throw keys.Refuse("quantization_config: missing config_groups");
        foreach (JsonProperty group in groups.EnumerateObject())
        {
            if (group.Value.ValueKind != JsonValueKind.Object || !group.Value.TryGetProperty("weights", out JsonElement weights)
                || weights.ValueKind != JsonValueKind.Object)
                continue;
            NumberFormat one = (Whole(weights, "num_bits"), Text(weights, "type")) switch
            {
                (8, "float") => weights.TryGetProperty("block_structure", out JsonElement b) && b.ValueKind == JsonValueKind.Array
                    ? NumberFormat.Fp8Block
                    : NumberFormat.Fp8,
                (8, "int") => NumberFormat.Int8,
                (4, "float") => NumberFormat.Nvfp4,
                (4, "int") => Group(keys, Whole(weights, "group_size") ?? 128),
                (int bits, string type) =>
                    throw keys.Refuse($"config_groups: expected weights of 8 or 4 bits, float or int, found {bits} bits {type}"),
                _ => throw keys.Refuse("config_groups: missing num_bits or type of the weights"),
            };
            if (found is not null && found != one)
                throw keys.Refuse("config_groups: expected one format of weights, found several");
            found = one;
        }
        return found ?? throw keys.Refuse("config_groups: missing weights");
    }

    private static NumberFormat Group(ConfigKeys keys, int size) => size switch
    {
        32 => NumberFormat.Int4Group32,
        128 => NumberFormat.Int4Group128,
        _ => throw keys.Refuse($"group_size: expected 32 or 128, found {size}"),
    };

    /// <summary>A pattern names a module, one of its parents, or is a wildcard or (re:) an expression.</summary>
    private static bool Matches(string pattern, string module)
    {
        if (pattern.StartsWith("re:", StringComparison.Ordinal))
        {
            try
            {
                return Regex.IsMatch(module, pattern[3..], RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            }
            catch (Exception fault) when (fault is ArgumentException or RegexMatchTimeoutException)
            {
                return false;
            }
        }
        string plain = pattern.StartsWith("language_model.", StringComparison.Ordinal) ? pattern["language_model.".Length..] : pattern;
        return FileSystemName.MatchesSimpleExpression(plain, module, ignoreCase: false)
            || FileSystemName.MatchesSimpleExpression(plain + ".*", module, ignoreCase: false)
            || module.EndsWith("." + plain, StringComparison.Ordinal);
    }

    private static string[] Lists(JsonElement part, string key) =>
        part.TryGetProperty(key, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)]
            : [];

    private static string? Text(JsonElement part, string key) =>
        part.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Whole(JsonElement part, string key) =>
        part.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out int number) ? number : null;
}
