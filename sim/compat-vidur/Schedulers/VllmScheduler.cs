namespace ELLM.Sim.Compat.Vidur.Schedulers;

/// <summary>Vidur's vLLM: prompts run whole and alone as long as any fits, decodes when none does.</summary>
internal sealed class VllmScheduler(VidurConfig config, VidurMemoryPlan plan) : BlockScheduler(config, plan)
{
    protected override VidurBatch? Form() => PrefillBatch() ?? DecodeBatch();

    private VidurBatch? PrefillBatch()
    {
        List<VidurRequest> requests = [];
        List<int> tokens = [];
        int longest = 0;
        while (Waiting.First is { Value: VidurRequest head })
        {
            longest = Math.Max(longest, head.Prompt);
            // Prompts are padded to the longest.
            bool fits = CanAdmit(head)
                && (long)(requests.Count + 1) * longest <= Config.MaxTokensInBatch
                && AdmittedCount != Config.BatchCap
                && requests.Count != MicroBatchCap;
            if (!fits)
                break;
            Waiting.RemoveFirst();
            Admit(head);
            requests.Add(head);
            tokens.Add(head.Prompt);
        }
        return Batch(requests, tokens);
    }

    private VidurBatch? DecodeBatch()
    {
        List<VidurRequest> requests = [];
        List<int> tokens = [];
        SortIdleByArrival();
        while (Idle.Count > 0 && requests.Count != MicroBatchCap)
        {
            VidurRequest request = TakeFirstIdle();
            if (!GrowOrRestart(request))
                continue;
            requests.Add(request);
            tokens.Add(1);
        }
        return Batch(requests, tokens);
    }
}
