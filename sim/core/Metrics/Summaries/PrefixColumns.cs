using ELLM.Sim.Memory.Prefixes;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>What a cache of prefixes found and lost; empty where none is.</summary>
internal static class PrefixColumns
{
    public static IReadOnlyList<SummaryColumn> All { get; } =
    [
        Ratio(
            "prefix_hit_tokens_share", "prompt tokens found in the prefix cache / prompt tokens, each request at its first admission",
            c => (c.HitTokens, c.Tokens)),
        Ratio(
            "prefix_hit_blocks_share", "whole blocks of prompts found in the prefix cache / whole blocks of prompts, at first admissions",
            c => (c.HitUnits, c.Units)),
        Count(
            "prefix_saved_tokens", "tokens", Better.Higher, "prompt tokens that were found in the prefix cache and not computed",
            c => c.HitTokens),
        Count(
            "prefix_evicted_blocks", "blocks", Better.Lower, "cached blocks whose memory was taken for others", c => c.EvictedUnits),
        Count(
            "prefix_recomputed_tokens", "tokens", Better.Lower, "prompt tokens computed although the prefix cache had held them before",
            c => c.RecomputedTokens),
    ];

    private static SummaryColumn Ratio(string name, string doc, Func<PrefixCounters, (long Part, long Whole)> get) =>
        new(name, "1", Better.Higher, doc, s => s.Prefixes is { } counts && get(counts) is (long part, > 0 and long whole)
            ? SummaryValue.Real(part / (double)whole)
            : SummaryValue.Undefined);

    private static SummaryColumn Count(string name, string unit, Better better, string doc, Func<PrefixCounters, long> get) =>
        new(name, unit, better, doc, s => s.Prefixes is { } counts ? SummaryValue.Integer(get(counts)) : SummaryValue.Undefined);
}
