namespace ELLM.Sim.Compat.Vidur.Schedulers;

/// <summary>Vidur's FasterTransformer: a batch takes full-length slots and runs until its last request ends.</summary>
internal sealed class FasterTransformerScheduler(VidurConfig config, VidurMemoryPlan plan) : ReplicaScheduler(config, plan)
{
    private readonly Queue<VidurBatch> _open = new();
    private readonly Dictionary<int, List<VidurRequest>> _finished = [];

    protected override VidurBatch? Form() => _open.TryDequeue(out VidurBatch? open) ? Continue(open) : NewBatch();

    protected override void Take(VidurBatch batch)
    {
        if (batch.Requests.All(request => request.Completed))
        {
            foreach (VidurRequest request in batch.Requests)
                Free(request);
            // Requests that ended in earlier iterations: Vidur looks for them under a key nothing was stored with.
            if (_finished.Remove(batch.FirstBatch, out List<VidurRequest>? earlier) && !Quirks.LeakFinishedSlots)
                earlier.ForEach(Free);
        }
        else
        {
            _open.Enqueue(batch);
        }
    }

    private VidurBatch? Continue(VidurBatch open)
    {
        List<VidurRequest> requests = [.. open.Requests.Where(request => !request.Completed)];
        if (requests.Count < open.Requests.Count)
        {
            if (!_finished.TryGetValue(open.FirstBatch, out List<VidurRequest>? finished))
                _finished.Add(open.FirstBatch, finished = []);
            finished.AddRange(open.Requests.Where(request => request.Completed));
        }
        return Batch(requests, [.. requests.Select(WholeTokens)], open.FirstBatch);
    }

    private VidurBatch? NewBatch()
    {
        List<VidurRequest> requests = [];
        List<int> tokens = [];
        while (Waiting.Count > 0 && requests.Count != SlotCap && FreeBlocks >= SlotBlocks)
        {
            VidurRequest request = TakeFirstWaiting();
            Allocate(request, SlotBlocks);
            requests.Add(request);
            tokens.Add(WholeTokens(request));
        }
        return Batch(requests, tokens);
    }
}
