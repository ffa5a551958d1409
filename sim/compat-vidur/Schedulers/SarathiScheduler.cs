namespace ELLM.Sim.Compat.Vidur.Schedulers;

/// <summary>Vidur's Sarathi: every decode runs, then half-done prompts, then new ones, the prompts within the chunk budget.</summary>
internal sealed class SarathiScheduler(VidurConfig config, VidurMemoryPlan plan) : BlockScheduler(config, plan)
{
    protected override VidurBatch? Form()
    {
        List<VidurRequest> requests = [];
        List<int> tokens = [];
        int total = 0;
        List<VidurRequest> prefills = TakeDecodes(requests, tokens, ref total);
        List<VidurRequest> skipped = ContinuePrefills(prefills, requests, tokens, ref total);
        Idle.InsertRange(0, skipped);
        SortIdleByArrival();
        AdmitNew(requests, tokens, ref total);
        return Batch(requests, tokens);
    }

    /// <summary>Decodes are never refused for the budget. Victims come from what is left of the idle, half-done prompts included.</summary>
    /// <returns>The half-done prompts met on the way.</returns>
    private List<VidurRequest> TakeDecodes(List<VidurRequest> requests, List<int> tokens, ref int total)
    {
        List<VidurRequest> prefills = [];
        while (Idle.Count > 0 && requests.Count != MicroBatchCap)
        {
            VidurRequest request = TakeFirstIdle();
            if (!request.PrefillComplete)
                prefills.Add(request);
            else if (GrowOrRestart(request))
                Choose(request, 1, requests, tokens, ref total);
        }
        return prefills;
    }

    /// <summary>No cap and no blocks here: the whole prompt got its blocks at admission.</summary>
    private List<VidurRequest> ContinuePrefills(
        List<VidurRequest> prefills, List<VidurRequest> requests, List<int> tokens, ref int total)
    {
        List<VidurRequest> skipped = [];
        foreach (VidurRequest request in prefills)
        {
            int chunk = Chunk(request, total);
            if (chunk <= 0)
                skipped.Add(request);
            else
                Choose(request, chunk, requests, tokens, ref total);
        }
        return skipped;
    }

    private void AdmitNew(List<VidurRequest> requests, List<int> tokens, ref int total)
    {
        while (Waiting.First is { Value: VidurRequest head })
        {
            if (AdmittedCount == Config.BatchCap || requests.Count == MicroBatchCap || !CanAdmit(head))
                break;
            int chunk = Chunk(head, total);
            if (chunk <= 0)
                break;
            Waiting.RemoveFirst();
            Admit(head);
            Choose(head, chunk, requests, tokens, ref total);
        }
    }

    private int Chunk(VidurRequest request, int total) => Math.Min(request.Prompt - request.Done, Config.ChunkTokens - total);

    private static void Choose(VidurRequest request, int count, List<VidurRequest> requests, List<int> tokens, ref int total)
    {
        requests.Add(request);
        tokens.Add(count);
        total += count;
    }
}
