using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory.Prefixes;

internal sealed class PrefixCacheLawTests
{
    /// <summary>Requests that were preempted and not admitted again: tokens they have to prefill.</summary>
    private readonly Dictionary<int, int> _waiting = [];
    private readonly List<int> _ended = [];

    [FsCheck.NUnit.Property(Replay = "61,67", MaxTest = 4000)]
    public void Random_life_matches_a_pool_of_blocks_kept_one_by_one(int seed)
    {
        Random random = new(seed);
        int blockTokens = random.Next(1, 6);
        int blocks = random.Next(2, random.Next(2) == 0 ? 12 : 60);
        PromptBook book = Book(random);
        PagedKv memory = new(blocks, blockTokens, 0, BlockCheck.Needed, 1, book.Chains());
        NaiveBlocks naive = new(book, blocks, blockTokens);
        _waiting.Clear();
        _ended.Clear();
        for (int i = 0; i < 120; i++)
        {
            Act(random, book, memory, naive);
            Compare(random, book, memory, naive, $"after operation {i}");
        }
        while (naive.Sequences.Count > 0)
            Remove(memory, naive, naive.Sequences[0], preempted: false);
        Assert.That(memory.FreeBlocks, Is.EqualTo(blocks));
        Assert.That(memory.Prefixes!.SharedUnits, Is.Zero);
    }

    /// <summary>Requests that begin like others, at any token, in their prompts or behind them.</summary>
    private static PromptBook Book(Random random)
    {
        PromptBook book = new();
        int longest = random.Next(4, 30);
        for (int i = random.Next(3, 14); i > 0; i--)
        {
            int like = random.Next(4) == 0 ? -1 : random.Next(-1, book.Count);
            int prompt = random.Next(1, longest), answer = random.Next(1, 16);
            int shared = like < 0 ? 0 : random.Next(2) == 0 ? book.Known(like) : random.Next(0, book.Known(like) + 1);
            if (like >= 0 && random.Next(3) == 0)
                prompt = Math.Max(1, shared);
            book.Add(prompt, answer, like, shared, answered: random.Next(2) == 0, known: like >= 0 || random.Next(8) > 0);
        }
        return book;
    }

    private void Act(Random random, PromptBook book, PagedKv memory, NaiveBlocks naive)
    {
        NaiveBlocks.Entry? entry = naive.Sequences.Count == 0 ? null : naive.Sequences[random.Next(naive.Sequences.Count)];
        switch (random.Next(7))
        {
            case 0 or 1:
                Admit(random, book, memory, naive);
                break;
            case 2 when entry is { Decoding: false } && entry.Tokens < entry.Prompt:
                int tokens = entry.Tokens + random.Next(1, entry.Prompt - entry.Tokens + 1);
                if (!memory.CanExtend(entry.Grant, tokens, new IterationLoad(true, 0)))
                    break;
                memory.Extend(ref entry.Grant, tokens);
                memory.Prefixes!.Enter(entry.Grant.Prefix, tokens);
                naive.Grow(entry, tokens);
                naive.Fill(entry, tokens);
                break;
            case 3 when entry is { Decoding: false } && entry.Tokens == entry.Prompt && entry.Tokens < book.LengthOf(entry.Request) - 1:
                entry.Decoding = true;
                memory.Join(ref entry.Grant, entry.Tokens);
                break;
            case 4 or 5 when entry is not null:
                Remove(memory, naive, entry, preempted: random.Next(2) == 0 && entry.Tokens < book.LengthOf(entry.Request));
                break;
            default:
                Decode(random, book, memory, naive);
                break;
        }
    }

    private void Admit(Random random, PromptBook book, PagedKv memory, NaiveBlocks naive)
    {
        int request = random.Next(book.Count);
        if (naive.Sequences.Any(s => s.Request == request) || _ended.Contains(request))
            return;
        int prompt = _waiting.TryGetValue(request, out int again) ? again : random.Next(1, book.LengthOf(request));
        // The whole prompt as the book has it, or at least what is known of it.
        if (again == 0)
            prompt = Math.Max(prompt, Math.Min(book.Known(request), book.LengthOf(request) - 1));
        int found = memory.Prefixes!.Find(request, prompt);
        int computed = random.Next(found + 1, prompt + 1);
        int hold = random.Next(2) == 0 ? prompt : computed;
        KvDemand demand = new(hold, hold, 1) { Request = request, PromptTokens = prompt };
        bool fits = naive.Needed(request, prompt, hold) <= naive.Free - Growing(naive);
        Admission answer = memory.CanAdmit(demand, new IterationLoad(true, 0));
        Assert.That(answer == Admission.Now, Is.EqualTo(fits), $"admission of {demand}: {answer}");
        if (!fits)
            return;
        _waiting.Remove(request);
        NaiveBlocks.Entry entry = naive.Admit(request, prompt, hold);
        naive.Fill(entry, computed);
        memory.Admit(ref entry.Grant, demand, default);
        memory.Prefixes.Enter(entry.Grant.Prefix, computed);
    }

    /// <summary>Blocks the naive pool gives when every decoding sequence takes a step: as many in a jump as one by one.</summary>
    private static void Decode(Random random, PromptBook book, PagedKv memory, NaiveBlocks naive)
    {
        List<NaiveBlocks.Entry> decoding = [.. naive.Sequences.Where(s => s.Decoding)];
        if (decoding.Count == 0)
            return;
        long steps = Math.Min(random.Next(1, 12), decoding.Min(s => book.LengthOf(s.Request) - 1 - s.Tokens));
        steps = memory.Horizon(steps, -1, 0);
        KvSpan span = default;
        memory.Advance(steps, ref span, false);
        for (; steps > 0; steps--)
        {
            foreach (NaiveBlocks.Entry entry in decoding)
                naive.Grow(entry, ++entry.Tokens);
        }
    }

    private static int Growing(NaiveBlocks naive) =>
        naive.Sequences.Count(s => s.Decoding && naive.Blocks(s.Tokens + 1) > naive.Blocks(s.Tokens));

    private void Remove(PagedKv memory, NaiveBlocks naive, NaiveBlocks.Entry entry, bool preempted)
    {
        int grown = entry.Decoding ? entry.Tokens : 0;
        if (entry.Decoding)
            memory.Leave(ref entry.Grant, entry.Tokens);
        naive.Fill(entry, entry.Tokens);
        if (preempted)
        {
            // A prompt that is whole has emitted a token, which is to be prefilled too.
            _waiting[entry.Request] = entry.Tokens < entry.Prompt ? entry.Prompt : entry.Tokens + 1;
            memory.Evict(ref entry.Grant, grown);
        }
        else
        {
            _ended.Add(entry.Request);
            memory.Release(ref entry.Grant, grown);
        }
        naive.Release(entry, preempted);
    }

    private void Compare(Random random, PromptBook book, PagedKv memory, NaiveBlocks naive, string when)
    {
        Assert.That(memory.FreeBlocks, Is.EqualTo(naive.Free), when);
        Assert.That(memory.Prefixes!.FreeUnits, Is.EqualTo(naive.Free), when);
        Assert.That(memory.Prefixes.SharedUnits, Is.EqualTo(naive.Shared), when);
        Assert.That(memory.Prefixes.IdleUnits, Is.EqualTo(naive.Idle), when);
        Assert.That(memory.Prefixes.Counters.EvictedUnits, Is.EqualTo(naive.Evicted), when);
        for (int request = 0; request < book.Count; request++)
        {
            int prompt = _waiting.TryGetValue(request, out int again) ? again : random.Next(1, book.LengthOf(request) + 1);
            if (naive.Sequences.Any(s => s.Request == request) || _ended.Contains(request))
                prompt = Math.Min(prompt, book.Known(request));
            if (prompt == 0)
                continue;
            IReadOnlyList<NaiveBlocks.Block> found = naive.Found(request, prompt);
            Assert.That(memory.Prefixes.FindUnits(request, prompt), Is.EqualTo((found.Count, found.Count(b => b.Holders == 0))),
                $"{when}: request {request} with {prompt} tokens");
        }
    }
}
