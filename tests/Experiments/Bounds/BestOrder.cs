using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Tests.Experiments.Bounds;

/// <summary>One request of a tiny load.</summary>
internal readonly record struct Tiny(long ArrivalPs, int Prompt, int Outputs);

/// <summary>The most of a few requests that any order can have in time, found by trying every one: which requests take part in each
/// iteration, with how many tokens of their prompts, and whether the engine waits for the next arrival instead. Memory holds
/// everything.</summary>
/// <remarks>Nothing is done for a request that is late already: all that it needs can wait until the others have ended.</remarks>
internal sealed class BestOrder(Tiny[] requests, ITimeModel time, SloTargets slo)
{
    /// <summary>Of states that differ in nothing but the time: the earliest seen. A later one reaches no more.</summary>
    private readonly Dictionary<string, long> _seen = [];
    private int _best;

    public int Count()
    {
        Go(0, new int[requests.Length], new int[requests.Length], new long[requests.Length]);
        return _best;
    }

    /// <param name="computed">Prompt tokens computed.</param>
    /// <param name="emitted">-1: given up.</param>
    /// <param name="first">Instants of first tokens.</param>
    private void Go(long nowPs, int[] computed, int[] emitted, long[] first)
    {
        (computed, emitted, first) = ([.. computed], [.. emitted], [.. first]);
        int met = 0, open = 0;
        for (int i = 0; i < requests.Length; i++)
        {
            if (emitted[i] == requests[i].Outputs)
                met++;
            else if (emitted[i] >= 0 && TooLate(i, emitted[i], first[i], nowPs))
                emitted[i] = -1;
            else if (emitted[i] >= 0)
                open++;
        }
        _best = Math.Max(_best, met);
        if (met + open <= _best || !IsNew(nowPs, computed, emitted, first))
            return;
        foreach (long begin in requests.Select(one => Math.Max(nowPs, one.ArrivalPs)).Append(nowPs).Distinct().Order())
            Choose(0, new int[requests.Length], begin, computed, emitted, first);
    }

    private bool TooLate(int i, int emitted, long firstPs, long nowPs) => emitted == 0
        ? nowPs > requests[i].ArrivalPs + slo.TtftPs
        : RequestLatency.DivideRounded(nowPs - firstPs, requests[i].Outputs - 1) > slo.TpotPs;

    private bool IsNew(long nowPs, int[] computed, int[] emitted, long[] first)
    {
        string state = $"{string.Join(',', computed)};{string.Join(',', emitted)};{string.Join(',', first)}";
        if (_seen.TryGetValue(state, out long earliest) && earliest <= nowPs)
            return false;
        _seen[state] = nowPs;
        return true;
    }

    /// <param name="part">What each request before this one does: 0 nothing, n prompt tokens, or a decode step.</param>
    private void Choose(int at, int[] part, long nowPs, int[] computed, int[] emitted, long[] first)
    {
        if (at == requests.Length)
        {
            if (part.Any(p => p > 0))
                Run(part, nowPs, computed, emitted, first);
            return;
        }
        Tiny one = requests[at];
        int most = one.ArrivalPs > nowPs || emitted[at] < 0 || emitted[at] == one.Outputs ? 0
            : emitted[at] > 0 ? 1 : one.Prompt - computed[at];
        for (int tokens = most; tokens >= 0; tokens--)
        {
            part[at] = tokens;
            Choose(at + 1, part, nowPs, computed, emitted, first);
        }
    }

    private void Run(int[] part, long nowPs, int[] computed, int[] emitted, long[] first)
    {
        List<PrefillChunk> chunks = [];
        int decodes = 0;
        long context = 0, longest = 0;
        for (int i = 0; i < part.Length; i++)
        {
            if (part[i] > 0 && emitted[i] == 0)
                chunks.Add(new PrefillChunk(part[i], computed[i], computed[i] + part[i] == requests[i].Prompt));
            if (part[i] == 0 || emitted[i] == 0)
                continue;
            decodes++;
            context += requests[i].Prompt + emitted[i];
            longest = Math.Max(longest, requests[i].Prompt + emitted[i]);
        }
        DecodeBatch batch = new(decodes, context, longest);
        long endPs = nowPs + (chunks.Count > 0 ? time.Mixed([.. chunks], batch) : time.Decode(batch).Steps(batch).FirstPs);
        (computed, emitted, first) = ([.. computed], [.. emitted], [.. first]);
        for (int i = 0; i < part.Length; i++)
        {
            if (part[i] == 0)
                continue;
            if (emitted[i] > 0)
                emitted[i]++;
            else if ((computed[i] += part[i]) == requests[i].Prompt)
                (emitted[i], first[i]) = (1, endPs);
            if (emitted[i] > 0 && TooLateAt(i, emitted[i], first[i], endPs))
                emitted[i] = -1;
        }
        Go(endPs, computed, emitted, first);
    }

    private bool TooLateAt(int i, int emitted, long firstPs, long endPs) => emitted == 1 && requests[i].Outputs == 1
        ? endPs > requests[i].ArrivalPs + slo.TtftPs
        : firstPs > requests[i].ArrivalPs + slo.TtftPs || TooLate(i, Math.Max(1, emitted), firstPs, endPs);
}
