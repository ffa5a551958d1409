using ELLM.Sim.Configuration;
using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Bounds;

/// <summary>What holds a batch back at a trace's mean lengths: how many sequences the TPOT objective lets decode together, and how many
/// the memory holds.</summary>
/// <remarks>
/// <para>An estimate, not a law: every sequence has the mean prompt and half of its output in the cache, and for each one that ends
/// another prompt is computed while all wait. So the time of a token with b sequences is a step of b and b / output of a prefill. Where
/// the objective binds before memory does, policies that only save memory have nothing to give.</para>
/// <para>It knows neither the rate nor its bursts; docs/results.md says how often it was wrong.</para>
/// </remarks>
/// <param name="Prompt">Mean prompt, tokens.</param>
/// <param name="Output">Mean output, tokens.</param>
/// <param name="Tpot">Most sequences whose tokens meet the objective; max_num_seqs where that is fewer.</param>
/// <param name="Memory">Most sequences that the memory holds.</param>
/// <param name="MaxNumSeqs">Most sequences of a batch.</param>
public sealed record BatchEstimate(int Prompt, int Output, int Tpot, int Memory, int MaxNumSeqs)
{
    /// <summary>More than any pool holds of anything.</summary>
    private const int Most = 1 << 16;

    public bool TpotBinds => Tpot < Memory;

    /// <summary>Null when no TPOT is asked for, or the trace is empty.</summary>
    public static BatchEstimate? Of(Deployment deployment, Trace trace, in SloTargets slo)
    {
        if (trace.Count == 0 || !slo.Asks(Objectives.Tpot))
            return null;
        int longest = deployment.Limits.MaxModelLen;
        int prompt = Math.Min(Mean(trace.InputTokens), longest);
        int output = Math.Min(Mean(trace.OutputTokens), Math.Max(1, longest - prompt));
        long tpotPs = slo.TpotPs;
        ITimeModel time = deployment.Time;
        int limit = Math.Min(deployment.Limits.MaxNumSeqs, time.MaxSequences);
        double prefillPs = time.Mixed([new PrefillChunk(prompt, 0, Samples: true)], default);
        int context = prompt + (output / 2);
        int sequences = Largest(limit, b => TokenPs(time, b, context) + (b * prefillPs / output) <= tpotPs);
        return new BatchEstimate(prompt, output, sequences, Held(deployment, prompt, output), deployment.Limits.MaxNumSeqs);
    }

    private static double TokenPs(ITimeModel time, int sequences, int context)
    {
        DecodeBatch batch = new(sequences, (long)sequences * context, context);
        return time.Decode(batch).Steps(batch).FirstPs;
    }

    /// <summary>Sequences that a new pool admits with the mean prompt and half the output.</summary>
    private static int Held(Deployment deployment, int prompt, int output)
    {
        IKvMemory memory = deployment.CreateMemory();
        KvDemand demand = new(prompt + (output / 2), prompt + output - 1, output);
        IterationLoad load = new(false, Math.Min(prompt, deployment.Limits.MaxNumBatchedTokens));
        int held = 0;
        for (; held < Most && memory.CanAdmit(demand, load) == Admission.Now; held++)
        {
            KvGrant grant = default;
            memory.Admit(ref grant, demand, load);
        }
        return held;
    }

    /// <summary>The largest number from 0 to a limit for which something holds that fails from some number on.</summary>
    private static int Largest(int limit, Func<int, bool> holds)
    {
        int low = 0, high = limit;
        while (low < high)
        {
            int middle = low + ((high - low + 1) / 2);
            (low, high) = holds(middle) ? (middle, high) : (low, middle - 1);
        }
        return low;
    }

    private static int Mean(int[] tokens) => (int)Math.Max(1, Math.Round(tokens.Average()));
}
