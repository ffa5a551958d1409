using System.Globalization;

namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>What the name of a folder or file says about whose tables it holds.</summary>
internal static class TableName
{
    /// <summary>The more it names of the configuration, the more; 0 when it names no model; null when it names something else.</summary>
    public static int? Score(string name, VidurConfig config)
    {
        string plain = VidurCatalog.Plain(name);
        if (Degree(name, "tp") is { } tp && tp != config.TensorParallel)
            return null;
        if (Degree(name, "pp") is { } pp && pp != config.PipelineStages)
            return null;
        if (!plain.Contains(Plain(config.Model), StringComparison.Ordinal))
            return VidurCatalog.Models.Any(model => plain.Contains(Plain(model), StringComparison.Ordinal)) ? null : 0;
        // A degree that is not named is one.
        int score = 1 + Agrees(name, "tp", config.TensorParallel) + Agrees(name, "pp", config.PipelineStages);
        // Orca's tables reach further than those of the others.
        bool orca = plain.Contains("orca", StringComparison.Ordinal);
        if (orca && config.Scheduler != VidurScheduler.Orca)
            return null;
        return orca == (config.Scheduler == VidurScheduler.Orca) ? score + 1 : score;
    }

    private static string Plain(VidurModel model) => VidurCatalog.Plain(VidurCatalog.BaseName(model.Name));

    private static int Agrees(string name, string key, int value) => Degree(name, key) switch
    {
        not null => 2,
        null when value == 1 => 1,
        null => 0,
    };

    private static int? Degree(string name, string key)
    {
        string lower = name.ToLowerInvariant();
        for (int at = lower.IndexOf(key, StringComparison.Ordinal); at >= 0; at = lower.IndexOf(key, at + 1, StringComparison.Ordinal))
        {
            int start = at + key.Length;
            int end = start;
            while (end < lower.Length && char.IsAsciiDigit(lower[end]))
                end++;
            bool word = at == 0 || !char.IsAsciiLetter(lower[at - 1]);
            if (word && end > start)
                return int.Parse(lower.AsSpan(start, end - start), CultureInfo.InvariantCulture);
        }
        return null;
    }
}
