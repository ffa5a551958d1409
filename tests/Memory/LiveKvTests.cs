using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

internal sealed class LiveKvTests
{
    /// <summary>100 bytes on the GPU and 900 on the host; 10 a token, 2 a token of an iteration.</summary>
    private static LiveKv Small() =>
        new(gpuBytes: 100, hostBytes: 900, bytesPerToken: 10, activationBytesPerToken: 2, maxBatchedTokens: 50);

    [TestCase(50, 50, Admission.Now, Description = "500 of KV and 100 of activations: the GPU holds the activations alone")]
    [TestCase(50, 51, Admission.Later, Description = "102 of activations do not fit the GPU")]
    [TestCase(90, 50, Admission.Now, Description = "exactly full")]
    [TestCase(91, 50, Admission.Never, Description = "10 bytes too many, for an empty pool too")]
    public void Admission_counts_kv_against_both_memories_and_activations_against_the_gpu(int tokens, int iteration, Admission expected) =>
        Assert.That(Small().CanAdmit(new KvDemand(tokens, tokens, 1), new IterationLoad(false, iteration)), Is.EqualTo(expected));

    [Test]
    public void Horizon_is_the_last_step_that_a_walk_finds()
    {
        for (int sequences = 1; sequences <= 7; sequences++)
        {
            LiveKv memory = Decoding(sequences, tokens: 9);
            long horizon = memory.Horizon(1000, -1, 0);
            KvSpan span = default;
            for (long step = 0; step < horizon; step++)
            {
                Assert.That(memory.Horizon(1, -1, 0), Is.EqualTo(1), $"{sequences} sequences, step {step} of {horizon}");
                memory.StartIteration(new IterationLoad(true, sequences), 0);
                memory.Advance(1, ref span, false);
            }
            Assert.That(memory.Horizon(1, -1, 0), Is.Zero, $"{sequences} sequences");
            Assert.That(() => memory.StartIteration(new IterationLoad(true, sequences), 0), Throws.InvalidOperationException);
        }
    }

    [Test]
    public void Span_sums_what_each_step_holds()
    {
        KvSpan span = default;
        Decoding(3, tokens: 9).Advance(4, ref span, true);
        long[] held = [30, 33, 36, 39];
        Assert.That((span.AllocatedSum, span.AllocatedMoment), Is.EqualTo((held.Sum(), held.Select((h, j) => h * j).Sum())));
    }

    [Test]
    public void Peak_is_the_largest_iteration_activations_included()
    {
        LiveKv memory = Decoding(2, tokens: 9);
        KvSpan span = default;
        memory.Advance(3, ref span, false);
        Assert.That(memory.PeakBytes, Is.EqualTo((24 * 10) + (2 * 2)));
        memory.StartIteration(new IterationLoad(true, 40), 0);
        Assert.That(memory.PeakBytes, Is.EqualTo((26 * 10) + (40 * 2)));
    }

    private static LiveKv Decoding(int sequences, int tokens)
    {
        LiveKv memory = Small();
        for (int i = 0; i < sequences; i++)
        {
            KvGrant grant = default;
            memory.Admit(ref grant, new KvDemand(tokens, tokens + 100, 101), new IterationLoad(false, tokens));
            memory.Join(ref grant, tokens);
        }
        return memory;
    }
}
