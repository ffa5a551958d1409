using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class RequestBlocksTests
{
    private const int Rows = RequestBlocks.Rows;

    [Test]
    public void Blocks_are_handed_on_in_order_when_all_before_them_are_complete()
    {
        RequestBlocks blocks = new();
        blocks.Begin(new RequestRecord[(2 * Rows) + 5]);
        End(blocks, Rows, 2 * Rows);
        End(blocks, 0, Rows - 1);
        blocks.Ended(Rows - 1);
        Assert.That(blocks.WaitBeyond(0), Is.EqualTo(2), "the second was complete before the first");
        End(blocks, 2 * Rows, (2 * Rows) + 5);
        Assert.That(blocks.WaitBeyond(2), Is.EqualTo(3), "the last one is not full");
        Assert.That(blocks.Over, Is.False);
    }

    [Test]
    public void Writer_waits_for_a_block_and_for_the_end()
    {
        RequestBlocks blocks = new();
        blocks.Begin(new RequestRecord[2 * Rows]);
        Task<int> first = Task.Run(() => blocks.WaitBeyond(0));
        End(blocks, 0, Rows);
        Assert.That(first.GetAwaiter().GetResult(), Is.EqualTo(1));
        Task<int> second = Task.Run(() => blocks.WaitBeyond(1));
        RequestRecord[] records = new RequestRecord[2 * Rows];
        blocks.End(records);
        Assert.That(second.GetAwaiter().GetResult(), Is.EqualTo(1), "a request of it never ended");
        Assert.That((blocks.Over, blocks.Records), Is.EqualTo((true, records)));
    }

    [Test]
    public void Writer_of_a_failed_run_stops()
    {
        RequestBlocks blocks = new();
        blocks.Begin(new RequestRecord[Rows]);
        Task<int> waiting = Task.Run(() => blocks.WaitBeyond(0));
        blocks.Fail();
        Assert.That(() => waiting.GetAwaiter().GetResult(), Throws.InstanceOf<OperationCanceledException>());
    }

    private static void End(RequestBlocks blocks, int first, int end)
    {
        for (int request = first; request < end; request++)
            blocks.Ended(request);
    }
}
