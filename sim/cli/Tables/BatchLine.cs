using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Bounds;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Tables;

/// <summary>Before any comparison: whether memory can decide it.</summary>
internal static class BatchLine
{
    private const string Baseline = "vllm";

    /// <summary>Empty where there is nothing to say. The baseline is vllm, or the first policy that ran.</summary>
    public static string Of(IReadOnlyList<RunReport> reports, Trace trace)
    {
        RunReport[] ran = [.. reports.Where(r => r.Summary is not null && r.Deployment is not null && r.Config.Compat is null)];
        RunReport? baseline = ran.FirstOrDefault(r => r.Label.Policy == Baseline) ?? ran.FirstOrDefault();
        if (ran.Length < 2 || baseline is null || BatchEstimate.Of(baseline.Deployment!, trace, baseline.Summary!.Slo) is not BatchEstimate at)
            return "";
        string first = at.Tpot == at.MaxNumSeqs ? $"max_num_seqs binds at {Words.Count(at.Tpot)}" : $"TPOT binds at {Words.Count(at.Tpot)}";
        string tie = at.TpotBinds ? "policies that only save memory should tie" : "memory decides";
        return $"at mean lengths ({Words.Count(at.Prompt)} in, {Words.Count(at.Output)} out) {first} sequences, "
            + $"the memory of {baseline.Label.Policy} at {Words.Count(at.Memory)}: {tie}\n";
    }
}
