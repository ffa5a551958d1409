using ELLM.Sim.Numerics;

namespace ELLM.Sim.Compat.Vidur;

/// <summary>The models and cards Vidur knows, by its own names; base names and other cases find them too.</summary>
/// <remarks>
/// Shapes and memory sizes as in microsoft/vidur 7d47513; Qwen-2-7B and the A30 as in its fork AKafakA/vidur_opt_scheduler 20bdc49.
/// </remarks>
public static class VidurCatalog
{
    public static IReadOnlyList<VidurModel> Models { get; } =
    [
        new("meta-llama/Llama-2-7b-hf", 32, 4096, 11008, 32, 32),
        new("meta-llama/Llama-2-70b-hf", 80, 8192, 28672, 64, 8),
        new("meta-llama/Meta-Llama-3-8B", 32, 4096, 14336, 32, 8),
        new("meta-llama/Meta-Llama-3-70B", 80, 8192, 28672, 64, 8),
        new("codellama/CodeLlama-34b-Instruct-hf", 48, 8192, 22016, 64, 8),
        new("internlm/internlm-20b", 60, 5120, 13824, 40, 40),
        new("internlm/internlm2-20b", 48, 6144, 16384, 48, 8),
        new("microsoft/phi-2", 32, 2560, 10240, 32, 32, Gated: false, PostAttentionNorm: false),
        new("Qwen/Qwen-72B", 80, 8192, 24576, 64, 64),
        new("Qwen/Qwen-2-7B", 28, 3584, 18944, 28, 4),
    ];

    /// <summary>Card to memory in GiB, as planned with.</summary>
    public static IReadOnlyList<(string Name, int MemoryGib)> Devices { get; } =
        [("a100", 80), ("h100", 80), ("a40", 45), ("a30", 24)];

    /// <exception cref="InputException">No such model.</exception>
    public static VidurModel Model(string name) =>
        Models.FirstOrDefault(model => Same(model.Name, name))
        ?? Models.FirstOrDefault(model => Plain(BaseName(model.Name)) == Plain(BaseName(name)))
        ?? throw new InputException($"vidur: {NearestName.Message("model", name, [.. Models.Select(model => model.Name)])}");

    /// <exception cref="InputException">No such card.</exception>
    public static int DeviceMemoryGib(string name)
    {
        foreach ((string known, int gib) in Devices)
        {
            if (Same(known, name))
                return gib;
        }
        throw new InputException($"vidur: {NearestName.Message("device", name, [.. Devices.Select(device => device.Name)])}");
    }

    internal static string BaseName(string name) => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>Letters and digits only, lower case, common suffixes and prefixes gone: llama27b for both spellings of that
    /// model.</summary>
    internal static string Plain(string name)
    {
        string plain = new([.. name.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
        foreach (string ending in (string[])["instructhf", "hf", "instruct"])
        {
            if (plain.EndsWith(ending, StringComparison.Ordinal))
            {
                plain = plain[..^ending.Length];
                break;
            }
        }
        return plain.StartsWith("metallama", StringComparison.Ordinal) ? plain["meta".Length..] : plain;
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
