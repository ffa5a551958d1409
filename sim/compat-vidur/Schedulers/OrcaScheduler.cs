namespace ELLM.Sim.Compat.Vidur.Schedulers;

/// <summary>Vidur's Orca: every iteration runs who is there, in the order they came back, and admits whole prompts into free
/// slots.</summary>
internal sealed class OrcaScheduler(VidurConfig config, VidurMemoryPlan plan) : ReplicaScheduler(config, plan)
{
    protected override VidurBatch? Form()
    {
        List<VidurRequest> requests = [];
        List<int> tokens = [];
        while (Idle.Count > 0 && requests.Count != SlotCap)
            Choose(TakeFirstIdle());
        while (Waiting.Count > 0 && requests.Count != SlotCap && FreeBlocks >= SlotBlocks)
        {
            VidurRequest request = TakeFirstWaiting();
            Allocate(request, SlotBlocks);
            Choose(request);
        }
        return Batch(requests, tokens);

        void Choose(VidurRequest request)
        {
            requests.Add(request);
            tokens.Add(WholeTokens(request));
        }
    }
}
