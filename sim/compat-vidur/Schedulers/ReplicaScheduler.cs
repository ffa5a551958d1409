using System.Runtime.InteropServices;

namespace ELLM.Sim.Compat.Vidur.Schedulers;

/// <summary>What all of Vidur's replica schedulers share: the waiting queue, the requests between batches, and the block count.</summary>
internal abstract class ReplicaScheduler(VidurConfig config, VidurMemoryPlan plan)
{
    private readonly Dictionary<int, int> _blocks = [];
    private int _nextBatch;

    protected VidurConfig Config { get; } = config;

    protected VidurQuirks Quirks { get; } = config.Quirks;

    /// <summary>Admitted first come, first served; restarted requests come back to it.</summary>
    protected LinkedList<VidurRequest> Waiting { get; } = new();

    /// <summary>Admitted requests in no running batch, in the order they came back.</summary>
    protected List<VidurRequest> Idle { get; } = [];

    /// <summary>Requests of a micro-batch: the cap is for the replica, all stages together.</summary>
    protected int MicroBatchCap { get; } = config.BatchCap / config.PipelineStages;

    /// <summary>Orca and FasterTransformer: no more requests than a GPU has slots.</summary>
    protected int SlotCap { get; } = (int)Math.Min(plan.Slots, config.BatchCap);

    public int Blocks { get; } = plan.Blocks;

    public int UsedBlocks { get; private set; }

    public int FreeBlocks => Blocks - UsedBlocks;

    public int WaitingCount => Waiting.Count;

    /// <summary>Requests that hold blocks.</summary>
    public int AdmittedCount => _blocks.Count;

    public int RunningBatches { get; private set; }

    protected int WatermarkBlocks { get; } = plan.WatermarkBlocks;

    /// <summary>Blocks of a request of full length.</summary>
    protected int SlotBlocks { get; } = config.MaxTokens / config.BlockTokens;

    public void Add(VidurRequest request) => Waiting.AddLast(request);

    /// <summary>Batches that can start now: one for each stage that has none in flight.</summary>
    public List<VidurBatch> Schedule()
    {
        List<VidurBatch> batches = [];
        while (RunningBatches < Config.PipelineStages && Form() is { } batch)
        {
            batches.Add(batch);
            RunningBatches++;
        }
        return batches;
    }

    public void OnBatchEnd(VidurBatch batch)
    {
        RunningBatches--;
        Take(batch);
    }

    public int BlocksOf(VidurRequest request) => _blocks.GetValueOrDefault(request.Id);

    protected abstract VidurBatch? Form();

    /// <summary>The requests of a batch that ended: free the completed ones, keep the others.</summary>
    protected virtual void Take(VidurBatch batch)
    {
        foreach (VidurRequest request in batch.Requests)
        {
            if (request.Completed)
                Free(request);
            else
                Idle.Add(request);
        }
    }

    protected VidurBatch? Batch(List<VidurRequest> requests, List<int> tokens, int? firstBatch = null)
    {
        if (requests.Count == 0)
            return null;
        int id = _nextBatch++;
        return new VidurBatch(id, requests, tokens, firstBatch ?? id);
    }

    protected bool Holds(VidurRequest request) => _blocks.ContainsKey(request.Id);

    protected void Allocate(VidurRequest request, int blocks)
    {
        if (blocks > FreeBlocks)
            throw new InvalidOperationException($"{blocks} blocks for request {request.Id} but {FreeBlocks} are free");
        UsedBlocks += blocks;
        CollectionsMarshal.GetValueRefOrAddDefault(_blocks, request.Id, out _) += blocks;
    }

    protected void Free(VidurRequest request)
    {
        if (!_blocks.Remove(request.Id, out int blocks))
            throw new InvalidOperationException($"request {request.Id} holds no blocks");
        UsedBlocks -= blocks;
    }

    protected VidurRequest TakeFirstWaiting()
    {
        VidurRequest request = Waiting.First!.Value;
        Waiting.RemoveFirst();
        return request;
    }

    protected VidurRequest TakeFirstIdle()
    {
        VidurRequest request = Idle[0];
        Idle.RemoveAt(0);
        return request;
    }

    /// <summary>Tokens of the next iteration without chunks: the whole prompt, or one.</summary>
    protected static int WholeTokens(VidurRequest request) => request.PrefillComplete ? 1 : request.Prompt;
}
