using ELLM.Sim.Memory;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FormingBatchTests
{
    private readonly SmallEngine _engine = new([(10, 2), (20, 2), (30, 2)]);

    private FormingBatch Batch => _engine.State.Batch;

    [SetUp]
    public void Three_requests_are_admitted_by_hand()
    {
        _engine.Arrived();
        for (int slot = 0; slot < 3; slot++)
            Assert.That(_engine.Requests.Admit(0), Is.EqualTo(slot));
        Batch.Begin(7);
    }

    [Test]
    public void Chunks_are_those_of_the_round_and_unfinished_prompts_outlive_it()
    {
        Batch.Admit(0, 10);
        Batch.Admit(1, 5);
        Batch.Admit(2, 8);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Batch.Chunks.ToArray(), Is.EqualTo(new[] { new PrefillChunk(10, 0, true), new(5, 0, false), new(8, 0, false) }));
            Assert.That((Batch.Tokens, Batch.Admitted, Batch.Count, Batch.NowPs), Is.EqualTo((23, 3, 3, 7L)));
            Assert.That(Batch.NextUnfinished, Is.EqualTo(-1), "each has its chunk in this round");
        }
        _engine.State.Running.Table[1].PrefillDone = 5;
        Batch.Begin(8);
        Assert.That((Batch.Tokens, Batch.Admitted, Batch.Count, Batch.NextUnfinished), Is.EqualTo((0, 0, 0, 1)), "earliest first");
        Batch.Continue(15);
        Assert.That(Batch.Chunks.ToArray(), Is.EqualTo(new[] { new PrefillChunk(15, 5, true) }));
        Assert.That(Batch.NextUnfinished, Is.EqualTo(2));
    }

    [Test]
    public void A_prompt_that_is_done_or_lost_is_unfinished_no_more()
    {
        Batch.Admit(1, 5);
        Batch.Admit(2, 5);
        Batch.Begin(8);
        Batch.Forget(1);
        Assert.That(Batch.NextUnfinished, Is.EqualTo(2));
        Batch.Preempt(2);
        Assert.That((Batch.NextUnfinished, Batch.Preempted), Is.EqualTo((-1, 1)));
    }

    [TestCase(0)]
    [TestCase(21)]
    public void A_chunk_has_at_least_a_token_and_at_most_what_is_left(int tokens)
    {
        string fault = $"wants {tokens} prefill tokens of a sequence with 20 left";
        Assert.That(() => Batch.Admit(1, tokens), Throws.InvalidOperationException.With.Message.EndsWith(fault));
    }

    [Test]
    public void What_has_its_chunk_cannot_be_preempted()
    {
        Batch.Admit(1, 5);
        const string Fault = "preempts a sequence it has just scheduled";
        Assert.That(() => Batch.Preempt(1), Throws.InvalidOperationException.With.Message.EndsWith(Fault));
    }

    [Test]
    public void The_load_is_all_tokens_of_the_iteration()
    {
        Batch.Admit(0, 10);
        _engine.State.Running.Take(1, _engine.Records[1].Demand(20), default);
        _engine.State.Running.StartDecoding(1, 0);
        Assert.That(Batch.Load(true, 3), Is.EqualTo(new IterationLoad(true, 14) { Sequences = 3 }));
        Assert.That(Batch.Load(false, 3), Is.EqualTo(new IterationLoad(false, 13) { Sequences = 2 }));
    }

    [Test]
    public void A_question_about_one_more_chunk_leaves_the_batch_as_it_is()
    {
        PrefillChunk[] many = new PrefillChunk[40];
        SmallEngine engine = new([.. many.Select(_ => (4, 2))]);
        engine.Arrived();
        for (int i = 0; i < many.Length; i++)
        {
            Assert.That(engine.State.Batch.With(new PrefillChunk(9, 0, true)).Length, Is.EqualTo(i + 1));
            Assert.That(engine.State.Batch.Count, Is.EqualTo(i));
            engine.State.Batch.Admit(engine.Requests.Admit(0), 4);
        }
        Assert.That(engine.State.Batch.Chunks.ToArray(), Is.All.EqualTo(new PrefillChunk(4, 0, true)));
    }
}
