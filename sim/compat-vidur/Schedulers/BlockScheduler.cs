namespace ELLM.Sim.Compat.Vidur.Schedulers;

/// <summary>Paged blocks, watermark and restarts: what Vidur's vLLM and Sarathi schedulers share.</summary>
internal abstract class BlockScheduler(VidurConfig config, VidurMemoryPlan plan) : ReplicaScheduler(config, plan)
{
    private int PromptBlocks(VidurRequest request) => (request.Prompt + Config.BlockTokens - 1) / Config.BlockTokens;

    /// <summary>A new request must leave the watermark free, with blocks for its whole prompt.</summary>
    protected bool CanAdmit(VidurRequest request) => FreeBlocks - PromptBlocks(request) >= WatermarkBlocks;

    protected void Admit(VidurRequest request) => Allocate(request, PromptBlocks(request));

    /// <summary>
    /// Makes room for one more token of a decoding request by restarting requests from the end of <see cref="ReplicaScheduler.Idle"/>.
    /// </summary>
    /// <returns>False when no other request was left and the request itself was restarted.</returns>
    protected bool GrowOrRestart(VidurRequest request)
    {
        while (!MayDecode(request))
        {
            if (Idle.Count == 0)
            {
                Evict(request);
                return false;
            }
            VidurRequest victim = Idle[^1];
            Idle.RemoveAt(Idle.Count - 1);
            Evict(victim);
        }
        if (NeedsBlock(request))
            Allocate(request, 1);
        return true;
    }

    /// <summary>Stable: requests that arrived together stay as they were.</summary>
    protected void SortIdleByArrival()
    {
        for (int i = 1; i < Idle.Count; i++)
        {
            VidurRequest request = Idle[i];
            int j = i - 1;
            for (; j >= 0 && Idle[j].ArrivedAt > request.ArrivedAt; j--)
                Idle[j + 1] = Idle[j];
            Idle[j + 1] = request;
        }
    }

    private bool MayDecode(VidurRequest request) =>
        FreeBlocks >= 1 || (!Quirks.FreeBlockForEveryDecode && !NeedsBlock(request));

    private bool NeedsBlock(VidurRequest request) => request.Done > BlocksOf(request) * Config.BlockTokens;

    private void Evict(VidurRequest request)
    {
        request.Restart(Quirks);
        Free(request);
        if (Quirks.RestartInFront)
            Waiting.AddFirst(request);
        else
            Waiting.AddLast(request);
    }
}
