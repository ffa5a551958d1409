using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Tests.Memory.Prefixes;
using FsCheck.Fluent;
using FsCheck;

namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>Random scenarios, and smaller ones for a failure to shrink to.</summary>
internal static class Scenarios
{
    public static Arbitrary<Scenario> Arbitrary(Func<Random, Scenario> make) =>
        Arb.From(Gen.Choose(0, int.MaxValue).Select(seed => make(new Random(seed))), Shrink);

    /// <summary>Every scheduler, layout and overflow; from plenty of memory down to a few blocks.</summary>
    public static Scenario Any(Random random)
    {
        SchedulerEntry scheduler = Pick(random, [.. SchedulerCatalog.All]);
        LayoutEntry layout = Pick(random, [.. LayoutCatalog.All.Where(l => scheduler.Lacks(l) is null)]);
        return Of(random, scheduler, layout);
    }

    public static Scenario Of(Random random, SchedulerEntry scheduler, LayoutEntry layout)
    {
        bool swaps = layout.Name == "paged" && scheduler.Resumes && !scheduler.UsesHost && random.Next(3) == 0;
        int blockTokens = Pick(random, [1, 2, 4, 8, 16]);
        int maxModelLen = random.Next(20, 700);
        int maxNumSeqs = random.Next(1, 17);
        Clockwork clockwork = random.Next(8) == 0 ? Clockwork.Analytic : (Clockwork)random.Next(3);
        int tokens = random.Next(3) == 0 ? random.Next(1, 100) : random.Next(40, 3000);
        int blocks = Math.Max(1, tokens / blockTokens);
        Scenario scenario = new()
        {
            Asks = Asks(random, random.Next(1, 61), Clockworks.StepPs(clockwork)),
            Policy = Policy(random, scheduler, layout, blockTokens, scheduler.HostOverflow ?? (swaps ? "swap" : "recompute")),
            Blocks = blocks,
            WatermarkBlocks = random.Next(2) == 0 ? 0 : random.Next(0, Math.Min(blocks, 5)),
            MaxModelLen = maxModelLen,
            MaxNumSeqs = maxNumSeqs,
            MaxNumBatchedTokens = scheduler.ChunksPrompts ? random.Next(maxNumSeqs, 200) : random.Next(maxModelLen / 2, 2 * maxModelLen) + maxNumSeqs,
            Replicas = Pick(random, [1, 1, 1, 2, 3]),
            LeastOutstanding = random.Next(2) == 0,
            Users = random.Next(4) == 0 ? random.Next(1, 20) : 0,
            Clockwork = clockwork,
            HostTokens = Pick(random, [0, 50, 500, 100_000]),
            Variant = random.Next(10_368),
        };
        return !scheduler.ByLayer ? scenario : scenario with
        {
            Policy = scenario.Policy.With(new SloSlackKnobs
            {
                SlackLimit = scenario.Variant % 5 > 0,
                LengthPredictor = Pick(random, [LengthSource.Mean, LengthSource.Fixed, LengthSource.Oracle]),
                PredictedTokens = Pick(random, [1, 10, 100]),
                KeptLayers = Pick(random, [KeptLayers.Fewest, KeptLayers.Most]),
                ProtectLost = random.Next(2) == 0,
                LookPast = Pick(random, [0, 1, 5]),
            }),
            // From a link that hides every offload to one that hides few layers.
            LinkPsPerToken = Pick(random, [1, 7, 40, 200]) * (clockwork == Clockwork.Analytic ? 1_000_000 : 1),
        };
    }

    private static PolicySpec Policy(Random random, SchedulerEntry scheduler, LayoutEntry layout, int blockTokens, string overflow)
    {
        ContiguousKnobs contiguous = new() { Reservation = Pick(random, [Reservation.Max, Reservation.Pow2, Reservation.Oracle]) };
        PagedKnobs paged = new() { BlockTokens = blockTokens, BlockCheck = Pick(random, [BlockCheck.Any, BlockCheck.Needed]) };
        UnifiedKnobs unified = new() { FullPromptCheck = random.Next(2) == 0 };
        contiguous = contiguous with { MinAllocationTokens = Pick(random, [1, 4, 16]) };
        return new PolicySpec(layout.Name, Overflow: overflow, Scheduler: scheduler.Name) { SwapGib = 2000.0 / (1L << 30) }
            .With(contiguous, paged, unified, Stream(random));
    }

    /// <summary>Prompts that begin like others, prefixes cached, from plenty of memory down to a few blocks.</summary>
    public static Scenario Alike(Random random)
    {
        LayoutEntry layout = LayoutCatalog.Find(Pick(random, ["paged", "vmm", "layer-paged"]));
        SchedulerEntry scheduler = Pick(random, [.. SchedulerCatalog.All.Where(s => s.Lacks(layout) is null)]);
        Scenario scenario = random.Next(3) == 0 ? Storm(random, scheduler, layout) : Of(random, scheduler, layout);
        PromptBook book = new();
        int fresh = random.Next(1, 5);
        for (int i = 0; i < scenario.Asks.Count; i++)
        {
            Ask ask = scenario.Asks[i];
            int like = random.Next(5) < fresh ? random.Next(-1, i) : -1;
            int shared = like < 0 ? 0 : random.Next(2) == 0 ? book.Known(like) : random.Next(0, book.Known(like) + 1);
            book.Add(ask.Input, ask.Output, like, shared, answered: random.Next(2) == 0, known: like >= 0 || random.Next(8) > 0);
        }
        return scenario with
        {
            Prompts = book.Chains(),
            Policy = scenario.Policy.With(scenario.Paged with { PrefixCache = PrefixCaching.On }),
        };
    }

    private static StreamKnobs Stream(Random random) => new()
    {
        BufferFloorGib = 300.0 / (1L << 30),
        LateDecodes = Pick(random, [LateDecodes.Any, LateDecodes.ByPrefills]),
        ThrottledPrompts = Pick(random, [ThrottledPrompts.Buffered, ThrottledPrompts.All]),
        ReturnOrder = Pick(random, [ReturnOrder.BeforePrompts, ReturnOrder.AfterPrompts]),
        ReturnPrompts = Pick(random, [0, 1, 3]),
        WindowWatermark = random.Next(2) == 0,
        DecodesToBuffer = random.Next(2) == 0,
        CountParked = random.Next(2) == 0,
    };

    /// <summary>A pool that holds one or two requests to their end and a batch that wants many: preemptions all the time.</summary>
    public static Scenario Storm(Random random)
    {
        LayoutEntry layout = LayoutCatalog.Find(random.Next(4) == 0 ? "live" : "paged");
        return Storm(random, Pick(random, [.. SchedulerCatalog.All.Where(s => s.Lacks(layout) is null)]), layout);
    }

    private static Scenario Storm(Random random, SchedulerEntry scheduler, LayoutEntry layout)
    {
        Scenario scenario = Of(random, scheduler, layout);
        int longest = random.Next(8, 60);
        int blocks = (2 * longest / scenario.BlockTokens) + random.Next(1, 4);
        Ask[] asks = new Ask[random.Next(3, 30)];
        for (int i = 0; i < asks.Length; i++)
            asks[i] = new Ask(random.Next(4) * 500, random.Next(1, longest / 2), random.Next(longest / 2, longest));
        return scenario with
        {
            Asks = asks,
            Policy = layout.IncludesHost ? scenario.Policy with { SwapGib = 0 } : scenario.Policy,
            Blocks = blocks,
            WatermarkBlocks = Math.Min(scenario.WatermarkBlocks, 1),
            MaxModelLen = 2 * longest,
            MaxNumSeqs = random.Next(2, 17),
            MaxNumBatchedTokens = 4 * longest,
            Clockwork = (Clockwork)random.Next(3),
        };
    }

    /// <summary>The scenario with room for every request's full reservation at once, and the watermark.</summary>
    public static Scenario Ample(Scenario scenario)
    {
        int longest = scenario.Asks.Max(a => a.Input + (2 * a.Output)) + scenario.MaxModelLen;
        int blocksEach = 1 + (int)(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(longest + 16)) / scenario.BlockTokens);
        return scenario with { Blocks = (2 * blocksEach * scenario.Asks.Count) + scenario.WatermarkBlocks };
    }

    private static Ask[] Asks(Random random, int count, long stepPs)
    {
        int longest = Pick(random, [4, 40, 300]);
        long gap = stepPs * Pick(random, [1, 10, 100]);
        Ask[] asks = new Ask[count];
        for (int i = 0; i < count; i++)
        {
            int kind = random.Next(10);
            long wait = kind < 4 ? 0 : kind < 7 ? gap : random.NextInt64(2 * gap);
            int huge = random.Next(40) == 0 ? 30 : 1;
            asks[i] = new Ask(wait, random.Next(1, longest + 1) * huge, random.Next(1, longest + 1));
        }
        return asks;
    }

    private static IEnumerable<Scenario> Shrink(Scenario scenario)
    {
        int count = scenario.Asks.Count;
        // Without one of its requests a tree of prompts is another one.
        if (scenario.Prompts is not null)
            yield break;
        if (count > 1)
        {
            yield return scenario with { Asks = [.. scenario.Asks.Take(count / 2)] };
            yield return scenario with { Asks = [.. scenario.Asks.Skip(count / 2)] };
            for (int i = 0; i < count; i++)
            {
                int left = i;
                yield return scenario with { Asks = [.. scenario.Asks.Where((_, at) => at != left)] };
            }
        }
        if (scenario.Replicas > 1)
            yield return scenario with { Replicas = scenario.Replicas - 1 };
        if (scenario.Users > 0)
            yield return scenario with { Users = scenario.Users / 2 };
        if (scenario.Clockwork != Clockwork.Plain)
            yield return scenario with { Clockwork = Clockwork.Plain };
        if (scenario.WatermarkBlocks > 0)
            yield return scenario with { WatermarkBlocks = 0 };
        for (int i = 0; i < count; i++)
        {
            foreach (Ask smaller in Smaller(scenario.Asks[i]))
            {
                Ask[] asks = [.. scenario.Asks];
                asks[i] = smaller;
                yield return scenario with { Asks = asks };
            }
        }
    }

    private static IEnumerable<Ask> Smaller(Ask ask)
    {
        if (ask.GapPs > 0)
            yield return ask with { GapPs = 0 };
        if (ask.Input > 1)
            yield return ask with { Input = ask.Input / 2 };
        if (ask.Output > 1)
            yield return ask with { Output = ask.Output / 2 };
        if (ask.Output > 1)
            yield return ask with { Output = ask.Output - 1 };
    }

    private static T Pick<T>(Random random, T[] choices) => choices[random.Next(choices.Length)];
}
