using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Numerics;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Planning;

/// <summary>Finds the cheapest deployments that meet objectives at a rate: GPU, ranks, replicas and policy.</summary>
/// <remarks>
/// <para>Replicas are found by simulation: first as many as <see cref="PlanOptions.MaxGpus"/> allows, because a kind that misses with
/// all of them misses with fewer and is done after one measurement; then by halving. Attainment is taken to rise with replicas.</para>
/// <para>Every measurement is a replay of the trace under steady load (<see cref="SteadyLoad"/>). The answer is replayed once more, with
/// its blocks in another order: where it then misses it gets one replica more, until it holds.</para>
/// <para>What is left out early costs next to nothing: no price, ranks beyond the limit, no room for weights and KV.</para>
/// </remarks>
public sealed class PlanStudy(IWorkload workload, CapacityGoal goal, GpuPrices prices, PlanOptions plan)
{
    /// <summary>Least and most measured requests of a replay to begin with, and of one that has to get longer.</summary>
    private const int DrawRequests = 2000, LeastRequests = 10_000, MostRequests = 40_000, LongestReplay = 320_000;

    private readonly int _block = BlockLength.Of(workload.Original);

    /// <param name="policies">One configuration a policy, objectives stated in seconds; GPU, ranks and replicas are replaced.</param>
    /// <param name="jobs">Runs at a time. No result depends on it.</param>
    /// <returns>Solutions, cheapest first; then what is left out, in the order of the axes.</returns>
    public IReadOnlyList<PlanRow> Run(IReadOnlyList<RunConfig> policies, double ratePerS, SimulationOptions options, int jobs)
    {
        goal.Check();
        foreach (RunConfig policy in policies)
        {
            Objectives asked = policy.Slo.Asked();
            if (((asked & Objectives.Ttft) != 0 && policy.Slo.TtftS is null) || ((asked & Objectives.Tpot) != 0 && policy.Slo.TpotS is null))
                throw new InputException("plan: expected objectives as times, such as --slo ttft=2s,tpot=100ms: multiples of unloaded latencies would differ from GPU to GPU");
        }
        RunConfig[] kinds =
        [
            .. from gpu in plan.Gpus
               from tp in plan.Tps
               from policy in policies
               select policy with { Gpu = gpu, Tp = tp, Engine = policy.Engine with { Replicas = 1 } },
        ];
        SimulationSlots slots = new(jobs, options.Cancel);
        SimulationOptions quiet = options with { Progress = null };
        PlanRow[] rows = new PlanRow[kinds.Length];
        int done = 0;
        slots.ForEach(kinds.Length, i =>
        {
            rows[i] = One(kinds[i], ratePerS, quiet);
            options.Progress?.Report(Interlocked.Increment(ref done));
        });
        return
        [
            .. rows.Where(r => r.Reason is null)
                .OrderBy(r => r.UsdPerHour).ThenBy(r => r.Gpus).ThenByDescending(r => r.Load!.Attainment),
            .. rows.Where(r => r.Reason is not null),
        ];
    }

    private PlanRow One(RunConfig config, double rate, SimulationOptions options)
    {
        PlanRow row = new(RunReport.LabelOf(config, workload.Original), config) { PriceUsdPerHour = prices.Of(config.Gpu) };
        int most = plan.MaxGpus / (config.Tp * config.Pp);
        if (row.PriceUsdPerHour is null)
            return row with { Reason = "no price known: state it with --price" };
        if (most == 0)
            return row with { Reason = $"needs {config.Tp * config.Pp} GPUs, at most {plan.MaxGpus} are allowed" };
        try
        {
            PlanRow all = Measure(row, most, rate, options);
            if (!all.Load!.Meets(goal.Attainment))
                return all with { Reason = Missed(all) };
            return Confirmed(Fewest(all, most, rate, options), most, rate, options);
        }
        catch (InputException e)
        {
            return row with { Reason = e.Message };
        }
    }

    /// <param name="enough">A number of replicas that meets the target.</param>
    private PlanRow Fewest(PlanRow enough, int replicas, double rate, SimulationOptions options)
    {
        int few = 0, many = replicas;
        while (many - few > 1)
        {
            // Where load is low one replica is the usual answer: a small guess is tried before the middle.
            int middle = few == 0 && many > 4 ? Math.Max(1, many / 4) : (few + many) / 2;
            PlanRow tried = Measure(enough, middle, rate, options);
            if (tried.Load!.Meets(goal.Attainment))
                (many, enough) = (middle, tried);
            else
                few = middle;
        }
        return enough;
    }

    private PlanRow Confirmed(PlanRow found, int most, double rate, SimulationOptions options)
    {
        for (int replicas = found.Replicas; ; replicas++)
        {
            PlanRow again = Measure(found, replicas, rate, options, order: 1);
            if (again.Load!.MayMeet(goal.Attainment))
                return again with { DrawsMet = DrawsMet(again.Config, rate, options) };
            if (replicas == most)
                return again with { Reason = Missed(again) };
        }
    }

    /// <summary>On how many traces of the same kind the deployment meets the target.</summary>
    private int DrawsMet(RunConfig config, double rate, SimulationOptions options)
    {
        DeploymentLoad load = new(config, workload, options);
        int requests = Math.Min(workload.Count, LeastRequests), met = 0;
        for (int draw = 1; draw <= goal.Draws; draw++)
        {
            ulong seed = RandomStream.SeedOf(config.Seed, (ulong)draw);
            SteadyLoad steady = SteadyLoad.OfDrawn(load, workload.Original, _block, requests, seed, MostRequests);
            met += steady.Measure(rate, DrawRequests).Meets(goal.Attainment) ? 1 : 0;
        }
        return met;
    }

    /// <param name="order">Of the trace's blocks.</param>
    private PlanRow Measure(PlanRow row, int replicas, double rate, SimulationOptions options, ulong order = 0)
    {
        RunConfig config = row.Config with { Engine = row.Config.Engine with { Replicas = replicas } };
        DeploymentLoad load = new(config, workload, options);
        SteadyLoad steady = new(load, workload.Original, _block, RandomStream.SeedOf(config.Seed, order << 16), LongestReplay);
        LoadPoint point = steady.Measure(rate, Math.Clamp(workload.Count, LeastRequests, MostRequests));
        return row with { Config = config, Load = point, Warnings = load.Deployment.Warnings };
    }

    private static string Missed(PlanRow row)
    {
        LoadPoint at = row.Load!;
        string gpus = row.Gpus == 1 ? "1 GPU" : $"{row.Gpus} GPUs";
        return at.KeepsUp
            ? FormattableString.Invariant($"misses with {gpus}: {at.Attainment * 100:0.0}% met the objectives ({at.ByObjective})")
            : $"misses with {gpus}: the queue grows";
    }
}
