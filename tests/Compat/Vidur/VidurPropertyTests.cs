using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Compat.Vidur.Tables;
using FsCheck;
using NUnit.Framework;
using static ELLM.Sim.Tests.Compat.Vidur.Micro;

namespace ELLM.Sim.Tests.Compat.Vidur;

/// <summary>What holds for any workload, on a pool that holds each request alone but not all of them.</summary>
[TestFixture]
public sealed class VidurPropertyTests
{
    private static readonly FunctionTable Table = new(
        (op, count) => op == VidurOperator.Add ? 1 + count * 0.25 : 0, (batch, kv) => batch + kv * 0.01,
        (kv, square) => kv * 0.02 + square * 0.001);

    [FsCheck.NUnit.Property(Replay = "17,19", MaxTest = 150)]
    public void Requests_all_end_and_tokens_are_conserved(byte scheduler, byte stages, PositiveInt[] sizes)
    {
        VidurConfig config = Random(scheduler, stages);
        Watch watch = new();
        VidurRunResult run = VidurRun.Execute(config, Workload(sizes), Table, watch);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Unfinished, Is.Zero);
            foreach (VidurRequest request in run.Requests)
            {
                // Every token of prompt and output was computed once, but the last output, and what restarts threw away again.
                long computed = watch.Tokens[request.Id];
                Assert.That(computed, Is.EqualTo(request.OriginalPrompt + request.OriginalOutput - 1 + request.RecomputedTokens),
                    $"{config.Scheduler} {request.Id}");
                Assert.That(request.Done, Is.EqualTo(request.Prompt + request.Output));
                double?[] instants = [request.ArrivedAt, request.FirstScheduledAt, request.FirstTokenAt, request.CompletedAt];
                Assert.That(instants, Is.Ordered.And.All.Not.Null);
            }
            Assert.That(watch.MostUsed, Is.LessThanOrEqualTo(config.Blocks ?? 0));
            Assert.That(watch.Batches, Is.EqualTo(run.Iterations));
        }
    }

    [FsCheck.NUnit.Property(Replay = "23,29", MaxTest = 50)]
    public void Runs_are_reproducible(byte scheduler, byte stages, PositiveInt[] sizes)
    {
        VidurConfig config = Random(scheduler, stages);
        VidurArrival[] workload = Workload(sizes);
        VidurRunResult first = VidurRun.Execute(config, workload, Table);
        VidurRunResult second = VidurRun.Execute(config, workload, Table);
        Assert.That(second.Results, Is.EqualTo(first.Results));
    }

    private static VidurConfig Random(byte scheduler, byte stages)
    {
        VidurScheduler chosen = (VidurScheduler)(scheduler % 4);
        bool light = chosen == VidurScheduler.LightLlm;
        return Config(chosen, 24) with
        {
            // A request of 16 + 16 tokens fits with a block to spare; LightLLM counts tokens.
            Blocks = light ? 96 : 24,
            BlockTokens = light ? 1 : 4,
            MaxTokens = 32,
            PipelineStages = light ? 1 : 1 + stages % 2,
            Replicas = 1 + stages / 2 % 2,
            Routing = (VidurRouting)(stages / 4 % 3),
        };
    }

    private static VidurArrival[] Workload(PositiveInt[] sizes) =>
        [.. sizes.Select((size, i) => At(i * 0.004 * (size.Get % 3), 1 + size.Get % 16, 1 + size.Get / 3 % 16))];

    private sealed class Watch : IVidurObserver
    {
        public Dictionary<int, long> Tokens { get; } = [];

        public int MostUsed { get; private set; }

        public int Batches { get; private set; }

        public void BatchScheduled(int replica, VidurBatch batch, int waiting, int usedBlocks)
        {
            Batches++;
            MostUsed = Math.Max(MostUsed, usedBlocks);
            for (int i = 0; i < batch.Requests.Count; i++)
                Tokens[batch.Requests[i].Id] = Tokens.GetValueOrDefault(batch.Requests[i].Id) + batch.Tokens[i];
        }

        public void BatchEnded(int replica, VidurBatch batch, double time)
        {
            // Tokens are counted when they are scheduled.
        }
    }
}
