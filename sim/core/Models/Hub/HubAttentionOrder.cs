namespace ELLM.Sim.Models.Hub;

/// <summary>The kind of attention of each layer, as each family of configurations says it.</summary>
internal static class HubAttentionOrder
{
    /// <exception cref="InputException">A layer of a kind that is not known, or a key that is missing.</exception>
    public static AttentionKind[] Of(ConfigKeys keys, HubArchitecture architecture, int layers)
    {
        if (architecture.Family == HubFamily.Latent)
            return All(layers, keys.Find("kv_lora_rank") is null
                ? throw keys.Refuse($"missing kv_lora_rank, which {keys.Type} needs") : AttentionKind.Latent);
        if (architecture.Family == HubFamily.Qwen)
            return OfQwen(keys, layers);
        if (keys.Texts("layer_types") is { } types)
            return OfTypes(keys, types, layers);
        return architecture.Family switch
        {
            HubFamily.Gemma2 => Every(layers, i => i % 2 == 0 ? AttentionKind.Window : AttentionKind.Full),
            HubFamily.Gemma3 => Interval(layers, keys.Find("sliding_window_pattern") ?? 6, AttentionKind.Window),
            HubFamily.Hybrid when keys.Find("full_attention_interval") is int every => Interval(layers, every, AttentionKind.State),
            HubFamily.Jamba => OfJamba(keys, layers),
            HubFamily.Llama4 => OfLlama4(keys, layers),
            HubFamily.Mimo => OfMimo(keys, layers),
            HubFamily.Plain or HubFamily.Opt =>
                All(layers, keys.Find("sliding_window") is > 0 ? AttentionKind.Window : AttentionKind.Full),
            _ => throw keys.Refuse($"missing layer_types, which {keys.Type} needs"),
        };
    }

    /// <summary>sliding_window stands in files whose layers are all full.</summary>
    private static AttentionKind[] OfQwen(ConfigKeys keys, int layers) => keys.Flag("use_sliding_window", false)
        ? throw keys.Refuse("use_sliding_window: expected false, found true: which layers have the window is not known")
        : All(layers, AttentionKind.Full);

    private static AttentionKind[] OfTypes(ConfigKeys keys, string[] types, int layers)
    {
        if (types.Length != layers)
            throw keys.Refuse($"layer_types: expected {layers} layers, found {types.Length}");
        return [.. types.Select(type => type switch
        {
            "full_attention" or "attention" => AttentionKind.Full,
            "sliding_attention" => AttentionKind.Window,
            "chunked_attention" => AttentionKind.Chunked,
            "linear_attention" or "mamba" => AttentionKind.State,
            _ => throw keys.Refuse(
                $"layer_types: expected full_attention, sliding_attention, chunked_attention, linear_attention or mamba, found {type}"),
        })];
    }

    private static AttentionKind[] OfJamba(ConfigKeys keys, int layers)
    {
        int period = Positive(keys, "attn_layer_period");
        int offset = keys.Need("attn_layer_offset");
        return Every(layers, i => i % period == offset ? AttentionKind.Full : AttentionKind.State);
    }

    /// <summary>Every fourth layer sees everything, unless the file lists which layers have positions (1): those see a chunk.</summary>
    private static AttentionKind[] OfLlama4(ConfigKeys keys, int layers)
    {
        if (keys.Numbers("no_rope_layers") is not { Length: > 0 } listed)
            return Interval(layers, 4, AttentionKind.Chunked);
        return listed.Length == layers
            ? [.. listed.Select(one => one == 1 ? AttentionKind.Chunked : AttentionKind.Full)]
            : throw keys.Refuse($"no_rope_layers: expected {layers} layers, found {listed.Length}");
    }

    private static AttentionKind[] OfMimo(ConfigKeys keys, int layers)
    {
        int[] pattern = keys.Numbers("hybrid_layer_pattern")
            ?? throw keys.Refuse($"missing hybrid_layer_pattern, which {keys.Type} needs");
        return pattern.Length == layers
            ? [.. pattern.Select(one => one == 1 ? AttentionKind.Window : AttentionKind.Full)]
            : throw keys.Refuse($"hybrid_layer_pattern: expected {layers} layers, found {pattern.Length}");
    }

    /// <summary>Every n-th layer is full.</summary>
    private static AttentionKind[] Interval(int layers, int every, AttentionKind other) =>
        Every(layers, i => (i + 1) % Math.Max(every, 1) == 0 ? AttentionKind.Full : other);

    private static AttentionKind[] All(int layers, AttentionKind kind) => Every(layers, _ => kind);

    private static AttentionKind[] Every(int layers, Func<int, AttentionKind> kind) => [.. Enumerable.Range(0, layers).Select(kind)];

    internal static int Positive(ConfigKeys keys, string key) =>
        keys.Need(key) is > 0 and int value ? value : throw keys.Refuse($"{key}: expected a positive number, found 0");
}
