using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Numerics;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Workload.Clients;

namespace ELLM.Sim.Validation.OwnRuns;

/// <summary>Why a simulated run differs from a real one, as far as the two tell; and what neither tells.</summary>
internal sealed class OwnRunCauses(ClientRun run, ClientRequest[] sent, RunReport report, IReadOnlyList<OwnRunRow> rows, ServerLog? log)
{
    /// <summary>Errors up to this share of the real value, per cent, ask for no cause.</summary>
    private const double Small = 5;

    /// <summary>Requests at the beginning that may have met a cold server.</summary>
    private const int First = 10;

    private static readonly string[] Waiting = ["queue_memory", "queue_compute", "preempted"];

    private readonly MeanLedger _ledger = MeanLedger.Of(report.Summary!);

    public string Likeliest()
    {
        double? ttft = Error("ttft"), tpot = Error("tpot"), e2e = Error("e2e");
        double waits = Waiting.Sum(Term) / Math.Max(_ledger.TotalS, 1e-12);
        string largest = _ledger.Largest is int term
            ? $"; {ShortText.Decimals(Math.Round(_ledger.ShareOf(term) * 100, 1))} % of our time is {LedgerTerms.All[term].Name}" : "";
        if (new[] { ttft, tpot, e2e }.All(e => e is null || Math.Abs(e.Value) <= Small))
            return $"within {Small} % in the mean{largest}";
        if (report.Summary!.Preemptions > 0 && log?.KvTokens is null && tpot is double steps && Math.Abs(steps) <= 2 * Small)
            return $"the KV pool: {report.Summary.Preemptions} preemptions here in a pool that was computed; --log or --set "
                + $"memory.kv_tokens states the server's{largest}";
        if (tpot is double t && Math.Abs(t) > Small
            && (ttft is null || Math.Sign(t) == Math.Sign(ttft.Value) || Math.Abs(ttft.Value) <= Small))
            return $"step times: ours are {Signed(t)} per token, so kernels, host time or precision of that engine differ from the "
                + $"profile{largest}";
        if (ttft is double late && late > Small)
        {
            return waits > 0.2
                ? $"waiting: ours waits longer before the first token ({Signed(late)}); the pool or the batch limits were larger on "
                    + $"the server{largest}"
                : $"cached prefixes: our first tokens are {Signed(late)} although tokens cost the same; prompts that begin alike "
                    + $"are cheaper on a server that caches them{largest}";
        }
        return ttft is double early && early < -Small
            ? $"host and network: the server's first tokens are {ShortText.Duration(Real("ttft") - Ours("ttft"))} later in the mean "
                + $"at like token times; clients, API servers and tokenizers are not modelled{largest}"
            : $"the load: throughput or latency differ where first tokens and steps agree{largest}";
    }

    /// <summary>What was assumed, and how far each could move an error.</summary>
    public string Assumed()
    {
        List<string> parts =
        [
            log?.KvTokens is long tokens
                ? FormattableString.Invariant($"KV pool of {tokens:#,0} tokens as the server's log has it")
                : FormattableString.Invariant($"KV pool computed ({report.Deployment!.CreateMemory().CapacityTokens:#,0} tokens; ")
                    + $"{Share("queue_memory")} of our time waits for it)",
            $"no cached prefixes{(log?.PrefixCaching == true ? ", though the server had them on" : "")} (all of them cached would "
                + $"take {ShortText.Duration(Term("prefill"))} off our mean TTFT)",
            $"the client's clock, network and API server included, against the engine's ({Late()} lie between the fastest first "
                + $"token and ours)",
            $"first chunk = first token (a chunk of two would be one step late, {ShortText.Duration(Ours("tpot"))})",
            $"a warm server ({ColdStart()})",
        ];
        if (run.Failed > 0)
            parts.Add($"{run.Failed} failed requests are left out, and their load with them "
                + $"({ShortText.Decimals(Math.Round(100.0 * run.Failed / (run.Failed + sent.Length), 1))} % of those sent)");
        parts.AddRange(run.Notes);
        return string.Join("; ", parts);
    }

    /// <summary>How much the first requests move the error of the mean TTFT.</summary>
    private string ColdStart()
    {
        if (sent.Length <= 2 * First || Error("ttft") is not double all)
            return $"too few requests to leave the first {First} out";
        ReadOnlySpan<RequestRecord> records = report.Outcome!.Records;
        List<(double Real, double Ours)> rest = [];
        for (int i = First; i < sent.Length; i++)
        {
            if (sent[i].TtftS is double real && RequestLatency.Ttft(records[i]) is long ps)
                rest.Add((real, new SimTime(ps).Seconds));
        }
        double error = (rest.Average(p => p.Ours) / rest.Average(p => p.Real) - 1) * 100;
        return $"without the first {First} requests the error of the mean TTFT is {Signed(error)}, not {Signed(all)}";
    }

    private string Late()
    {
        double real = sent.Min(r => r.TtftS) ?? 0;
        double ours = double.PositiveInfinity;
        ReadOnlySpan<RequestRecord> records = report.Outcome!.Records;
        foreach (ref readonly RequestRecord r in records)
            ours = Math.Min(ours, RequestLatency.Ttft(r) is long ps ? new SimTime(ps).Seconds : ours);
        return ShortText.Duration(Math.Abs(real - ours));
    }

    private double? Error(string metric) => rows.FirstOrDefault(r => r.Metric == metric && r.Statistic == "mean")?.ErrorPercent;

    private double Real(string metric) => rows.FirstOrDefault(r => r.Metric == metric && r.Statistic == "mean")?.Real ?? 0;

    private double Ours(string metric) => rows.FirstOrDefault(r => r.Metric == metric && r.Statistic == "mean")?.Ours ?? 0;

    private double Term(string name) => _ledger.Seconds[LedgerTerms.All.ToList().FindIndex(t => t.Name == name)];

    private string Share(string name) => $"{ShortText.Decimals(Math.Round(Term(name) / Math.Max(_ledger.TotalS, 1e-12) * 100, 1))} %";

    private static string Signed(double percent) => $"{(percent < 0 ? "-" : "+")}{ShortText.Decimals(Math.Round(Math.Abs(percent), 1))} %";
}
