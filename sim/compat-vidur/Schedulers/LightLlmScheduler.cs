
namespace ELLM.Sim.Compat.Vidur.Schedulers;

/// <summary>
/// Vidur's LightLLM: memory by tokens, no preemption; a prompt starts when the peak of memory, projected with the true output
/// lengths, stays below the pool, and prompts are tried when nothing runs or after every ten decode iterations.
/// </summary>
internal sealed class LightLlmScheduler(VidurConfig config, VidurMemoryPlan plan) : ReplicaScheduler(config, plan)
{
    private int _waitingIterations;

    protected override VidurBatch? Form()
    {
        if (Idle.Count == 0)
        {
            VidurBatch? first = PrefillBatch();
            if (first is not null)
                _waitingIterations = 0;
            return first;
        }
        if (_waitingIterations >= Config.MaxWaitingIterations)
        {
            _waitingIterations = 0;
            if (PrefillBatch() is { } more)
                return more;
        }
        if (FreeBlocks < Idle.Count)
            throw new InputException(
                $"vidur: lightllm ran out of memory: {FreeBlocks} free tokens for {Idle.Count} decodes, and it cannot preempt");
        _waitingIterations++;
        return DecodeBatch();
    }

    /// <summary>
    /// The largest k to_come_k + held_1 + ... + held_k, requests in the order of their tokens to come, most first: when the k-th
    /// ends, the k longest-lived have each grown by what it still had to come.
    /// </summary>
    internal static long Peak(List<(long Held, long ToCome)> requests)
    {
        long held = 0;
        long peak = long.MinValue;
        for (int k = 0; k < requests.Count; k++)
        {
            held += requests[k].Held;
            peak = Math.Max(peak, (k + 1) * requests[k].ToCome + held);
        }
        return peak;
    }

    private VidurBatch? PrefillBatch()
    {
        List<VidurRequest> requests = [];
        List<int> tokens = [];
        long total = 0;
        // Longest to come first; among equals in the order added. Candidates stay, the refused one ends the attempt.
        List<(long Held, long ToCome)> projected = [];
        foreach (VidurRequest request in Idle)
            Insert(projected, Project(request));
        while (Waiting.First is { Value: VidurRequest head })
        {
            if (total + head.Prompt > Config.MaxTokensInBatch || AdmittedCount == Config.BatchCap || requests.Count == MicroBatchCap)
                break;
            Insert(projected, Project(head));
            if (Peak(projected) >= Blocks)
                break;
            Waiting.RemoveFirst();
            Allocate(head, head.Prompt);
            requests.Add(head);
            tokens.Add(head.Prompt);
            total += head.Prompt;
        }
        return Batch(requests, tokens);
    }

    private VidurBatch? DecodeBatch()
    {
        List<VidurRequest> requests = [.. Idle];
        Idle.Clear();
        foreach (VidurRequest request in requests)
            Allocate(request, 1);
        return Batch(requests, [.. requests.Select(WholeTokens)]);
    }

    private static (long Held, long ToCome) Project(VidurRequest request) => request.Scheduled
        ? (request.Done, Math.Max(0, request.Output - Math.Max(request.Done - request.Prompt, 0) - 1))
        : (request.Prompt + 1, Math.Max(0, request.Output - 2));

    private static void Insert(List<(long Held, long ToCome)> projected, (long Held, long ToCome) one)
    {
        int at = projected.Count;
        while (at > 0 && projected[at - 1].ToCome < one.ToCome)
            at--;
        projected.Insert(at, one);
    }
}
