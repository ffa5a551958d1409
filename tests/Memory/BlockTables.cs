using ELLM.Sim.Memory;

namespace ELLM.Sim.Tests.Memory;

/// <summary>Paged KV the slow way: every sequence with its own tokens and blocks, walked at every step.</summary>
internal sealed class BlockTables(int blocks, int blockTokens, int watermark, BlockCheck check)
{
    /// <summary>In scheduling order.</summary>
    public List<Entry> Sequences { get; } = [];

    public int BlockTokens => blockTokens;

    public int Free => blocks - Sequences.Sum(s => s.Held);

    public int LastTokens => Sequences.Count > 0 && Sequences[^1].Decoding ? Sequences[^1].Tokens : -1;

    public int Blocks(int tokens) => (tokens + blockTokens - 1) / blockTokens;

    public Entry Admit(int tokens)
    {
        Entry entry = new() { Tokens = tokens, Held = Blocks(tokens) };
        Sequences.Add(entry);
        return entry;
    }

    public bool Grow(Entry entry, int tokens)
    {
        if (Blocks(tokens) - entry.Held > Free - Needing())
            return false;
        entry.Tokens = tokens;
        entry.Held = Math.Max(entry.Held, Blocks(tokens));
        return true;
    }

    public Admission CanAdmit(int tokens, bool besideDecodes)
    {
        if (blocks - Blocks(tokens) < watermark)
            return Admission.Never;
        int free = Free - (besideDecodes ? Needing() : 0);
        return free - Blocks(tokens) >= watermark ? Admission.Now : Admission.Later;
    }

    public long Horizon(long max)
    {
        List<int> tokens = [.. Sequences.Where(s => s.Decoding).Select(s => s.Tokens)];
        if (tokens.Count == 0)
            return max;
        // Somebody who is not decoding and comes last still needs to find a block under the stricter rule.
        bool oneMore = LastTokens < 0 && check == BlockCheck.Any;
        int free = Free;
        for (long step = 0; step < max; step++)
        {
            for (int i = 0; i < tokens.Count; i++)
            {
                bool needs = tokens[i] % blockTokens == 0;
                if (free < 1 && (needs || check == BlockCheck.Any))
                    return step;
                free -= needs ? 1 : 0;
                tokens[i]++;
            }
            if (oneMore && free < 1)
                return step;
        }
        return max;
    }

    public void Step(long steps)
    {
        for (long step = 0; step < steps; step++)
        {
            foreach (Entry entry in Sequences.Where(s => s.Decoding))
            {
                entry.Tokens++;
                entry.Held = Math.Max(entry.Held, Blocks(entry.Tokens));
            }
        }
    }

    private int Needing() => Sequences.Count(s => s.Decoding && s.Tokens % blockTokens == 0);

    internal sealed class Entry
    {
        public KvGrant Grant;

        public int Tokens { get; set; }

        public int Held { get; set; }

        public bool Decoding { get; set; }
    }
}
