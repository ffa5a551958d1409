using System.Text.RegularExpressions;

namespace ELLM.Sim.Hardware;

/// <summary>Names of GPUs as people, drivers and clouds write them.</summary>
internal static partial class GpuNames
{
    /// <summary>The number on the box may be this much above what the driver shows.</summary>
    private const double Shown = 0.1;

    /// <param name="known">Names of shipped GPUs with their memory in GiB.</param>
    /// <returns>Null for none. Of one kind with several memories and none of them named: the largest.</returns>
    public static string? Meant(string text, IReadOnlyList<(string Name, double MemoryGib)> known)
    {
        (string kind, int? memory) = Parts(text);
        (string Name, double MemoryGib)[] same = [.. known.Where(k => Parts(k.Name).Kind == kind)];
        if (memory is int gb)
            same = [.. same.Where(k => Math.Abs(k.MemoryGib - gb) <= Shown * gb)];
        return same.Length == 0 ? null : same.MaxBy(k => k.MemoryGib).Name;
    }

    /// <summary>The kind without maker, form and memory; and the memory in GB where the name ends in one.</summary>
    private static (string Kind, int? Memory) Parts(string text)
    {
        string words = Noise().Replace(text.ToLowerInvariant(), " ").Trim();
        Match memory = Memory().Match(words);
        string kind = memory.Success ? words[..memory.Index] : words;
        int? gb = memory.Success && int.TryParse(memory.Groups[1].Value, out int read) ? read : null;
        return (Separator().Replace(kind, ""), gb);
    }

    [GeneratedRegex(@"\b(nvidia|tesla|geforce|sxm\d*|hbm\w*|tensor|core|gpu|edition|server|workstation|blackwell)\b")]
    private static partial Regex Noise();

    /// <summary>Two or three digits behind a separator, at the end or before GB.</summary>
    [GeneratedRegex(@"[\s_-]+(\d{2,3})\s*(?:g|gb|gib)?[\s_-]*$")]
    private static partial Regex Memory();

    [GeneratedRegex(@"[\s_-]+")]
    private static partial Regex Separator();
}
