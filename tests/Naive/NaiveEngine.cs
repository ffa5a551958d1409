using ELLM.Sim.Memory;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Tests.Naive;

/// <summary>What a system decides at a boundary; restated from its description, request by request.</summary>
internal enum NaiveRule
{
    /// <summary>A batch until its last request has ended.</summary>
    Static,

    /// <summary>The head of the queue joins whenever there is room, its whole prompt beside the decodes.</summary>
    Orca,

    /// <summary>Whole prompts first, in iterations of their own.</summary>
    Vllm,

    /// <summary>Decodes, then prompts that have begun, then new ones, in chunks of what is left of the budget.</summary>
    Chunked,

    /// <summary>The same, and a preempted request is in front of the queue at once.</summary>
    Sarathi,

    /// <summary>Chunks take memory as they come.</summary>
    V1,
}

/// <summary>Limits of the engine.</summary>
internal sealed record NaiveLimits(int MaxModelLen, int Sequences, int Tokens)
{
    /// <summary>A new request of <see cref="NaiveRule.V1"/> must find room for all of its prompt.</summary>
    public bool WholePrompt { get; init; }
}

/// <summary>A serving engine with one object a request, one step at a time, nothing summed up and nothing jumped over.</summary>
internal sealed class NaiveEngine(
    IReadOnlyList<NaiveRequest> trace, NaiveRule rule, NaiveMemory memory, INaiveTimes times, NaiveLimits limits)
{
    private readonly LinkedList<NaiveRequest> _waiting = new();
    private readonly List<NaiveRequest> _running = [];
    private readonly List<NaiveRequest> _held = [];

    /// <summary>Of this round.</summary>
    private readonly List<NaiveRequest> _prompts = [];
    private int _admitted;
    private int _preempted;

    private bool Chunks => rule is NaiveRule.Chunked or NaiveRule.Sarathi or NaiveRule.V1;

    private List<NaiveRequest> Decoding => [.. _running.Where(r => r.Decodes)];

    private int Prepared => _prompts.Sum(p => p.Chunk);

    /// <summary>Preempted in this round by chunks, the latest arrival first; in front of the queue once the round is over.</summary>
    private readonly List<NaiveRequest> _nextRound = [];

    /// <summary>A round that preempted admits no request, unless it left none running.</summary>
    private bool MayAdmit => _preempted == 0 || _running.Count == _admitted;

    public void Run()
    {
        long now = 0;
        int next = 0;
        while (true)
        {
            for (; next < trace.Count && trace[next].ArrivalPs <= now; next++)
                Arrive(trace[next]);
            if (Form(now, out bool withDecodes))
            {
                List<NaiveRequest> decoding = withDecodes ? Decoding : [];
                now += times.Ps(_prompts, decoding);
                // What comes while it runs waits for its end.
                for (; next < trace.Count && trace[next].ArrivalPs <= now; next++)
                    Arrive(trace[next]);
                End(decoding, now);
            }
            else if (next < trace.Count)
            {
                now = trace[next].ArrivalPs;
            }
            else
            {
                return;
            }
        }
    }

    private void Arrive(NaiveRequest request)
    {
        request.Outputs = Math.Min(request.Outputs, Math.Max(1, limits.MaxModelLen - request.Prompt));
        // V1 leaves room for a token of output.
        int longest = rule == NaiveRule.V1 ? limits.MaxModelLen - 1 : limits.MaxModelLen;
        if (request.Prompt > longest || (!Chunks && request.Prompt > limits.Tokens) || !memory.CouldHold(request))
            Finish(request, RequestStatus.Rejected, request.ArrivalPs);
        else
            _waiting.AddLast(request);
    }

    /// <summary>Returns false when there is nothing to run.</summary>
    private bool Form(long now, out bool withDecodes)
    {
        (_admitted, _preempted) = (0, 0);
        _prompts.Clear();
        withDecodes = rule != NaiveRule.Vllm;
        return rule switch
        {
            NaiveRule.Static => FormStatic(now),
            NaiveRule.Orca => FormOrca(now),
            NaiveRule.Vllm => FormVllm(now, out withDecodes),
            _ => FormChunks(now),
        };
    }

    private bool FormStatic(long now)
    {
        while (Decoding.Count > 0 && !memory.StepFits(_running))
            PreemptLast();
        while (_running.Count == _admitted && AdmitWhole(now, beside: []))
        {
        }
        return _running.Count > 0;
    }

    private bool FormOrca(long now)
    {
        while (Decoding.Count > 0 && !memory.StepFits(_running))
            PreemptLast();
        while (MayAdmit && AdmitWhole(now, Decoding))
        {
        }
        return _running.Count > 0;
    }

    private bool FormVllm(long now, out bool withDecodes)
    {
        withDecodes = false;
        while (true)
        {
            while (MayAdmit && AdmitWhole(now, beside: []))
            {
            }
            if (_admitted > 0)
                return true;
            if (Decoding.Count == 0)
                return false;
            withDecodes = true;
            if (memory.StepFits(_running))
                return true;
            PreemptLast();
        }
    }

    private bool FormChunks(long now)
    {
        while (Decoding.Count > 0 && !memory.StepFits(rule == NaiveRule.V1 ? Decoding : _running))
            PreemptLast();
        for (int i = 0; i < _running.Count; i++)
        {
            NaiveRequest one = _running[i];
            int budget = limits.Tokens - Decoding.Count - Prepared;
            if (one.Decodes || budget <= 0)
                continue;
            int chunk = Math.Min(one.Left, budget);
            int hold = one.Cached + (rule == NaiveRule.V1 ? chunk : one.Left);
            while (_running.Contains(one) && !memory.CanHold(one, hold, Decoding))
            {
                PreemptLast();
                // Before any chunk is given the decodes are looked at again.
                while (Prepared == 0 && Decoding.Count > 0 && !memory.StepFits(rule == NaiveRule.V1 ? Decoding : _running))
                    PreemptLast();
            }
            if (!_running.Contains(one))
                break;
            // Decodes that were preempted have left more of the budget.
            chunk = Math.Min(one.Left, limits.Tokens - Decoding.Count - Prepared);
            memory.Hold(one, one.Cached + (rule == NaiveRule.V1 ? chunk : one.Left));
            one.Chunk = chunk;
            _prompts.Add(one);
        }
        while ((MayAdmit || rule != NaiveRule.V1) && AdmitChunk(now))
        {
        }
        bool waited = _nextRound.Count > 0;
        _nextRound.ForEach(one => _waiting.AddFirst(one));
        _nextRound.Clear();
        // With nothing to run, the next round follows at once.
        return _prompts.Count + Decoding.Count > 0 || (waited && Form(now, out _));
    }

    /// <summary>Returns whether the head of the queue is there no longer.</summary>
    private bool AdmitWhole(long now, IReadOnlyList<NaiveRequest> beside)
    {
        if (_waiting.First?.Value is not { } head || _running.Count + _held.Count >= limits.Sequences)
            return false;
        int tokens = head.Prompt + head.Emitted;
        if (Prepared + tokens > limits.Tokens)
            return _prompts.Count == 0 && Reject(head, now);
        return memory.CanAdmit(head, tokens, beside) switch
        {
            Admission.Now => Admit(head, tokens, tokens, now),
            Admission.Never => Reject(head, now),
            _ => false,
        };
    }

    private bool AdmitChunk(long now)
    {
        int budget = limits.Tokens - Decoding.Count - Prepared;
        if (_waiting.First?.Value is not { } head || _running.Count >= limits.Sequences || budget <= 0)
            return false;
        int tokens = head.Prompt + head.Emitted, chunk = Math.Min(tokens, budget);
        bool byChunk = rule == NaiveRule.V1;
        return memory.CanAdmit(head, byChunk && !limits.WholePrompt ? chunk : tokens, Decoding) switch
        {
            Admission.Now => Admit(head, byChunk ? chunk : tokens, chunk, now),
            Admission.Never => Reject(head, now),
            _ => false,
        };
    }

    private bool Admit(NaiveRequest head, int hold, int chunk, long now)
    {
        _waiting.RemoveFirst();
        (head.Target, head.Cached, head.Chunk) = (head.Prompt + head.Emitted, 0, chunk);
        if (head.FirstScheduledPs < 0)
            head.FirstScheduledPs = now;
        memory.Hold(head, hold);
        _running.Add(head);
        _running.Sort((a, b) => a.Index.CompareTo(b.Index));
        _prompts.Add(head);
        _admitted++;
        return true;
    }

    private bool Reject(NaiveRequest head, long now)
    {
        _waiting.RemoveFirst();
        Finish(head, RequestStatus.Rejected, now);
        return true;
    }

    private void PreemptLast()
    {
        NaiveRequest last = _running[^1];
        _running.RemoveAt(_running.Count - 1);
        memory.Release(last);
        (last.Cached, last.Target) = (0, int.MaxValue);
        last.Preemptions++;
        _preempted++;
        if (rule == NaiveRule.Chunked)
            _nextRound.Add(last);
        else
            _waiting.AddFirst(last);
    }

    /// <summary>The iteration is done: prompts that are computed to their end and decodes have a token more.</summary>
    private void End(List<NaiveRequest> decoding, long now)
    {
        foreach (NaiveRequest one in _prompts)
        {
            one.Cached += one.Chunk;
            one.Chunk = 0;
            if (one.Cached == one.Target)
                Emit(one, now);
        }
        foreach (NaiveRequest one in decoding)
        {
            one.Cached++;
            memory.Hold(one, one.Cached);
            Emit(one, now);
        }
        if (_running.Count > 0)
            return;
        foreach (NaiveRequest one in _held)
            memory.Release(one);
        _held.Clear();
    }

    private void Emit(NaiveRequest one, long now)
    {
        one.Emitted++;
        if (one.FirstTokenPs < 0)
            one.FirstTokenPs = now;
        if (one.Emitted < one.Outputs)
            return;
        _running.Remove(one);
        if (rule == NaiveRule.Static && memory.ReservesWhole)
            _held.Add(one);
        else
            memory.Release(one);
        Finish(one, RequestStatus.Finished, now);
    }

    private static void Finish(NaiveRequest one, RequestStatus status, long now) => (one.Status, one.EndPs) = (status, now);
}
