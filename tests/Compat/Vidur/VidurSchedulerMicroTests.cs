using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Compat.Vidur.Schedulers;
using NUnit.Framework;
using static ELLM.Sim.Tests.Compat.Vidur.Micro;

namespace ELLM.Sim.Tests.Compat.Vidur;

/// <summary>Runs worked out by hand, iteration by iteration; blocks of 4 tokens, a second an iteration.</summary>
[TestFixture]
public sealed class VidurSchedulerMicroTests
{
    private static readonly VidurArrival[] ThreeAtOnce = [At(0, 4, 3), At(0, 4, 4), At(0, 4, 2)];

    /// <summary>
    /// Four blocks. 0-1: A, B and C prefill, one block each, one left; each has 5 tokens. 1-2: A takes the last block, B finds none
    /// and C, the last, restarts (5 to prefill, 1 to come). 2-3: no block is free, so B restarts though A needs none; A ends. 3-4: B
    /// (6 tokens) and C (5) prefill, C ends with its token. 4-5: B ends.
    /// </summary>
    [Test]
    public void Vllm_three_requests_four_blocks()
    {
        VidurRunResult run = Run(Config(VidurScheduler.Vllm, 4), ThreeAtOnce);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Finish(run), Is.EqualTo(new double?[] { 3, 5, 4 }));
            Assert.That(FirstToken(run), Is.EqualTo(new double?[] { 1, 1, 1 }));
            Assert.That(FirstScheduled(run), Is.EqualTo(new double?[] { 0, 0, 0 }));
            Assert.That(Restarts(run), Is.EqualTo(new[] { 0, 1, 1 }));
            Assert.That(Iterations(run), Is.EqualTo(new[] { 3, 4, 2 }));
            Assert.That(run.Iterations, Is.EqualTo(5));
        }
    }

    /// <summary>The same with decodes that need no block left alone: at 2 both A and B run, C waits for A's blocks.</summary>
    [Test]
    public void Vllm_blocks_only_where_needed_restarts_one_only()
    {
        VidurConfig config = Config(VidurScheduler.Vllm, 4) with { Quirks = new VidurQuirks { FreeBlockForEveryDecode = false } };
        VidurRunResult run = Run(config, ThreeAtOnce);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Finish(run), Is.EqualTo(new double?[] { 3, 5, 4 }));
            Assert.That(Restarts(run), Is.EqualTo(new[] { 0, 0, 1 }));
            Assert.That(Iterations(run), Is.EqualTo(new[] { 3, 4, 2 }));
        }
    }

    /// <summary>
    /// Three blocks; A and B hold one each, C (two blocks) waits. 1-2: A takes the third block and B restarts with 5 tokens. It goes
    /// before C: at 3, when A has ended, B's two blocks leave one and C waits for B's end. From the end of the queue C goes first, and
    /// B follows at 4.
    /// </summary>
    [TestCase(true, 3.0, 5.0)]
    [TestCase(false, 4.0, 3.0)]
    public void Vllm_restarted_request_goes_to_the_front(bool front, double bAgain, double c)
    {
        VidurConfig config = Config(VidurScheduler.Vllm, 3) with { Quirks = new VidurQuirks { RestartInFront = front } };
        VidurRunResult run = Run(config, At(0, 4, 3), At(0, 4, 3), At(0.5, 8, 1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Restarts(run), Is.EqualTo(new[] { 0, 1, 0 }));
            Assert.That(FirstScheduled(run)[2], Is.EqualTo(c));
            Assert.That(Finish(run)[1], Is.EqualTo(bAgain + 2));
        }
    }

    /// <summary>A prefill batch stops at the first that does not fit: padded tokens, 3 * 6 of 16 at most.</summary>
    [TestCase(16, 1.0)]
    [TestCase(18, 0.0)]
    public void Vllm_prefill_batch_counts_padded_tokens(int maxTokens, double third)
    {
        VidurConfig config = Config(VidurScheduler.Vllm, 100) with { MaxTokensInBatch = maxTokens };
        Assert.That(FirstScheduled(Run(config, At(0, 6, 2), At(0, 1, 2), At(0, 1, 2)))[2], Is.EqualTo(third));
    }

    /// <summary>A quarter of four blocks must stay free, so only three prompts of one block start; the fourth after the first
    /// ends.</summary>
    [TestCase(0.25, 1.0)]
    [TestCase(0.24, 0.0)]
    public void Vllm_watermark_holds_for_new_requests(double watermark, double fourth)
    {
        VidurConfig config = Config(VidurScheduler.Vllm, 4) with { Watermark = watermark };
        Assert.That(FirstScheduled(Run(config, At(0, 4, 1), At(0, 4, 1), At(0, 4, 1), At(0, 4, 1)))[3], Is.EqualTo(fourth));
    }

    /// <summary>Prompts stall decodes: B arrives when A's prefill ends, at the same instant, and still goes first.</summary>
    [Test]
    public void Vllm_arrival_at_a_batch_end_is_seen_by_the_next_scheduling()
    {
        VidurRunResult run = Run(Config(VidurScheduler.Vllm, 16), At(0, 4, 2), At(1, 4, 1));
        Assert.That(Finish(run), Is.EqualTo(new double?[] { 3, 2 }));
    }

    [Test]
    public void Vllm_alone_without_a_block_restarts_itself()
    {
        // Two blocks: A prefills 8 tokens, has 9 and finds no block; it restarts, and 9 tokens never fit again.
        VidurRunResult run = Run(Config(VidurScheduler.Vllm, 2), At(0, 8, 2));
        Assert.That((run.Unfinished, Restarts(run)[0], Finish(run)[0], FirstToken(run)[0]), Is.EqualTo((1, 1, (double?)null, (double?)1)));
    }

    /// <summary>
    /// Chunks of 8. 0-1: A's 4 tokens, 4 of B's 12; no block left. At 1 A needs one: B, half done, restarts with a prompt of 4 and the
    /// rest as output, and comes back at once. Its first token comes at 2, before its prompt was read. It restarts at 3, 4 and 5, where
    /// it no longer fits. A ends at 6; B prefills 8 tokens and decodes the other 5 one by one.
    /// </summary>
    [Test]
    public void Sarathi_restart_of_a_half_done_prompt_cuts_the_prompt()
    {
        VidurRunResult run = Run(Config(VidurScheduler.Sarathi, 4), At(0, 4, 6), At(0, 12, 2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(FirstToken(run), Is.EqualTo(new double?[] { 1, 2 }));
            Assert.That(Finish(run), Is.EqualTo(new double?[] { 6, 12 }));
            Assert.That(Restarts(run), Is.EqualTo(new[] { 0, 4 }));
            Assert.That(Iterations(run), Is.EqualTo(new[] { 6, 11 }));
            Assert.That(run.Requests[1].RecomputedTokens, Is.EqualTo(4 + 5 + 6 + 7));
        }
    }

    /// <summary>Keeping the prompt, B needs three blocks and waits for A's end: 8 tokens, 4 and one decode.</summary>
    [Test]
    public void Sarathi_restart_that_keeps_the_prompt_waits_for_room()
    {
        VidurConfig config = Config(VidurScheduler.Sarathi, 4) with { Quirks = new VidurQuirks { RestartCutsPrompt = false } };
        VidurRunResult run = Run(config, At(0, 4, 6), At(0, 12, 2));
        Assert.That((FirstToken(run)[1], Finish(run)[1], Restarts(run)[1]), Is.EqualTo(((double?)8, (double?)9, 1)));
    }

    /// <summary>
    /// Chunks of 8: 0-1 A's whole prompt of 6 and 2 of B's 8; 1-2 A's decode, the last 6 of B's, and 1 token of C; 2-3 both decodes and
    /// 6 of C's; so C's 8 tokens end at 4.
    /// </summary>
    [Test]
    public void Sarathi_chunks_fill_the_budget_after_decodes()
    {
        VidurRunResult run = Run(Config(VidurScheduler.Sarathi, 100), At(0, 6, 4), At(0, 8, 3), At(0, 8, 1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(FirstToken(run), Is.EqualTo(new double?[] { 1, 2, 4 }));
            Assert.That(FirstScheduled(run), Is.EqualTo(new double?[] { 0, 0, 1 }));
            Assert.That(Finish(run), Is.EqualTo(new double?[] { 4, 4, 4 }));
        }
    }

    /// <summary>
    /// Two slots of four blocks. 0-1: A and B prefill; 1-2: they decode, A ends; 2-3: B decodes and ends beside C's prompt; 3-4: C ends.
    /// </summary>
    [Test]
    public void Orca_two_slots_mixes_prompts_and_decodes()
    {
        VidurRunResult run = Run(Config(VidurScheduler.Orca, 8), At(0, 4, 2), At(0, 4, 3), At(0, 4, 2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Finish(run), Is.EqualTo(new double?[] { 2, 3, 4 }));
            Assert.That(FirstToken(run), Is.EqualTo(new double?[] { 1, 1, 3 }));
            Assert.That(run.Iterations, Is.EqualTo(4));
        }
    }

    /// <summary>A and B share a batch; A ends first and its slot is never freed, so C and D run one after the other.</summary>
    [TestCase(true, new double[] { 2, 3, 5, 7 })]
    [TestCase(false, new double[] { 2, 3, 5, 5 })]
    public void Faster_transformer_finished_slots_leak(bool leak, double[] finish)
    {
        VidurConfig config = Config(VidurScheduler.FasterTransformer, 8) with { Quirks = new VidurQuirks { LeakFinishedSlots = leak } };
        VidurRunResult run = Run(config, At(0, 4, 2), At(0, 4, 3), At(0, 4, 2), At(0, 4, 2));
        Assert.That(Finish(run), Is.EqualTo(finish.Select(time => (double?)time)));
    }

    /// <summary>(5, 3) and (4, 1): alone the first peaks at 3 + 5 = 8; when the second ends both have grown by one, 2 * 1 + 9 =
    /// 11.</summary>
    [Test]
    public void Light_LLM_peak_is_the_largest_over_who_still_runs() =>
        Assert.That(LightLlmScheduler.Peak([(5, 3), (4, 1)]), Is.EqualTo(11));

    /// <summary>Candidates A (5, 2) and B (5, 1) peak at 2 * 1 + 10 = 12, which must stay below the pool.</summary>
    [TestCase(13, 0.0)]
    [TestCase(12, 4.0)]
    public void Light_LLM_admission_needs_the_peak_below_the_pool(int pool, double second)
    {
        VidurRunResult run = Run(LightLlm(pool), At(0, 4, 4), At(0, 4, 3));
        Assert.That((FirstScheduled(run)[1], Finish(run)[0]), Is.EqualTo(((double?)second, (double?)4)));
    }

    /// <summary>B comes during A's prefill and is tried only after that many decode iterations, or when A has ended.</summary>
    [TestCase(10, 4.0)]
    [TestCase(1, 2.0)]
    public void Light_LLM_prompts_wait_for_decode_iterations(int iterations, double second)
    {
        VidurConfig config = LightLlm(14) with { MaxWaitingIterations = iterations };
        Assert.That(FirstScheduled(Run(config, At(0, 4, 4), At(0.5, 4, 3)))[1], Is.EqualTo(second));
    }

    [Test]
    public void Light_LLM_blocks_of_more_than_one_token_are_refused() =>
        Assert.That(
            Assert.Throws<InputException>(() => Run(Config(VidurScheduler.LightLlm, 8), At(0, 4, 4)))!.Message,
            Does.Contain("block_size 1"));

    private static VidurConfig LightLlm(int pool) => Config(VidurScheduler.LightLlm, pool) with { BlockTokens = 1 };
}
