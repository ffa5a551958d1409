using ELLM.Sim.Compat.Vidur.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Hardware;
using ELLM.Sim.Memory;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Settings;
using ELLM.Sim.Time;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Compat.Vidur;

/// <summary>How a run configuration of this simulator is run in compatibility mode.</summary>
/// <param name="TablesFolder">Vidur's tables or profiles; null takes the times of the GPU's timing profile.</param>
/// <param name="Quirks">Which of Vidur's peculiarities to imitate.</param>
/// <param name="Timing">Knobs of the iteration time.</param>
/// <param name="Observer">Watches the run as it would one of the engine's own.</param>
public sealed record VidurAdapterOptions(
    string? TablesFolder = null,
    VidurQuirks? Quirks = null,
    VidurTiming? Timing = null,
    IServingObserver? Observer = null,
    CancellationToken Cancel = default);

/// <summary>Runs this simulator's configurations by Vidur's rules, and reports the outcome in this simulator's terms.</summary>
/// <remarks>
/// <para>What a configuration says is kept, what it leaves open is Vidur's default: max_model_len 4096 (or less where the model's own
/// limit is), 4096 batched tokens (Sarathi: a chunk of 512). A card has the memory of its name in GiB, not what its driver reports.</para>
/// <para>Times become picoseconds once, at the end. The ledger has what is known: queue, prefill (first batch to first token) and
/// decode with all that interrupted it; the terms sum to the whole.</para>
/// </remarks>
public static class VidurAdapter
{
    private static readonly (string Scheduler, string Layout, VidurScheduler Vidur)[] Counterparts =
    [
        ("prefill-first", "paged", VidurScheduler.Vllm),
        ("stall-free", "paged", VidurScheduler.Sarathi),
        ("chunked-prefill", "paged", VidurScheduler.Sarathi),
        ("iteration-level", "contiguous", VidurScheduler.Orca),
        ("request-level", "contiguous", VidurScheduler.FasterTransformer),
    ];

    /// <summary>Why Vidur has nothing like this policy; null when it does.</summary>
    public static string? Refusal(RunConfig config)
    {
        PolicySpec policy = config.Policy;
        if (!Counterparts.Any(one => one.Scheduler == policy.Scheduler && one.Layout == policy.Layout))
        {
            string known = string.Join(", ", Counterparts.Select(one => $"{one.Scheduler} on {one.Layout}"));
            return $"{config.Preset}: vidur has no scheduler like {policy.Scheduler} on {policy.Layout}; known: {known}";
        }
        Reservation reserved = policy.Of<ContiguousKnobs>().Reservation;
        if (reserved != Reservation.Max)
            return $"{config.Preset}: vidur reserves slots of full length: expected policy.reservation max, found {Knob.WordOf(reserved)}";
        if (policy.Overflow == "swap")
            return $"{config.Preset}: vidur restarts preempted requests: expected policy.overflow recompute, found swap";
        if (PolicyComposition.Of(policy).CachesPrefixes)
            return $"{config.Preset}: vidur caches no prefixes: expected policy.prefix_cache off, found on";
        return null;
    }

    /// <exception cref="InputException">Vidur has nothing like the policy, or a name is unknown.</exception>
    public static VidurConfig Convert(RunConfig config, VidurQuirks? quirks = null, VidurTiming? timing = null)
    {
        if (Refusal(config) is { } refusal)
            throw new InputException(refusal);
        ModelSpec model = ModelCatalog.Load(config.Model);
        GpuSpec gpu = GpuCatalog.Load(config.Gpu);
        VidurScheduler scheduler = Counterparts.First(one => one.Scheduler == config.Policy.Scheduler).Vidur;
        VidurQuirks rules = quirks ?? new VidurQuirks();
        VidurConfig defaults = new() { Model = VidurModel.From(model) };
        PagedKnobs knobs = config.Policy.Of<PagedKnobs>();
        int blockTokens = config.Policy.Layout == "paged" ? knobs.BlockTokens : defaults.BlockTokens;
        long? tokens = config.Memory.KvTokens ?? config.Memory.KvBlocks * blockTokens;
        return defaults with
        {
            DeviceMemoryGib = NominalGib(gpu),
            DeviceTflops = gpu.PeakTflops16Bit,
            MemoryMargin = config.Engine.GpuMemoryUtilization is double share ? Math.Round(1 - share, 9) : defaults.MemoryMargin,
            MaxTokens = MaxTokens(config, model),
            BlockTokens = blockTokens,
            Blocks = tokens is { } given ? (int)Math.Min(given / blockTokens, int.MaxValue) : null,
            Watermark = knobs.Watermark,
            TensorParallel = config.Tp,
            PipelineStages = config.Pp,
            Replicas = config.Engine.Replicas,
            Routing = Routing(config),
            Seed = config.Seed,
            Scheduler = scheduler,
            BatchCap = config.Engine.MaxNumSeqs ?? defaults.BatchCap,
            MaxTokensInBatch = config.Engine.MaxNumBatchedTokens ?? defaults.MaxTokensInBatch,
            ChunkTokens = config.Engine.MaxNumBatchedTokens ?? defaults.ChunkTokens,
            Timing = timing ?? defaults.Timing,
            Quirks = rules with { FreeBlockForEveryDecode = rules.FreeBlockForEveryDecode && knobs.BlockCheck == BlockCheck.Any },
        };
    }

    /// <exception cref="InputException">As <see cref="Convert"/> and
    /// <see cref="VidurRun.Execute(VidurConfig, IReadOnlyList{VidurArrival}, IOperatorTable, IVidurObserver, CancellationToken)"/>.</exception>
    public static RunOutcome Run(RunConfig config, Trace trace, VidurAdapterOptions? options = null)
    {
        VidurAdapterOptions how = options ?? new VidurAdapterOptions();
        VidurConfig vidur = Convert(config, how.Quirks, how.Timing);
        ModelSpec model = ModelCatalog.Load(config.Model);
        AnalyticTable analytic = new(TimingCatalog.Load(GpuCatalog.Load(config.Gpu).Timing), model, config.Tp);
        IOperatorTable tables = how.TablesFolder is { } folder ? OperatorTables.Read(folder, vidur, fallback: analytic) : analytic;
        return Run(vidur, trace, tables, how.Observer, how.Cancel);
    }

    /// <summary>A trace under any configuration and tables, requests cut to max_tokens as a replay does.</summary>
    public static RunOutcome Run(
        VidurConfig config, Trace trace, IOperatorTable tables, IServingObserver? observer = null, CancellationToken cancel = default)
    {
        VidurArrival[] arrivals = new VidurArrival[trace.Count];
        for (int i = 0; i < arrivals.Length; i++)
        {
            // An output that leaves no room for a prompt is cut too: Vidur itself fails on such a trace.
            int output = Math.Min(trace.OutputTokens[i], config.MaxTokens - 1);
            (int prompt, output) = VidurWorkload.CutPrompt(trace.InputTokens[i], output, config.MaxTokens);
            arrivals[i] = new VidurArrival(new SimTime(trace.ArrivalPs[i]).Seconds, prompt, output);
        }
        VidurServingObserver watcher = new(config, VidurMemoryPlan.Of(config), observer);
        VidurRunResult result = VidurRun.Execute(config, arrivals, tables, watcher, cancel);
        RequestRecord[] records = new RequestRecord[trace.Count];
        for (int i = 0; i < records.Length; i++)
            records[i] = Record(result.Requests[i], trace, i);
        watcher.Finish(records);
        return new RunOutcome(trace, records, SimTime.FromSeconds(result.EndS).Picoseconds, watcher.Counters);
    }

    private static int MaxTokens(RunConfig config, ModelSpec model) => config.Engine.MaxModelLen ?? Math.Min(model.MaxModelLen, 4096);

    private static VidurRouting Routing(RunConfig config) => config.Engine.Router switch
    {
        "round-robin" => VidurRouting.RoundRobin,
        "least-outstanding" => VidurRouting.LeastOutstanding,
        string other => throw new InputException($"engine.router: expected round-robin or least-outstanding, found {other}"),
    };

    /// <summary>What the box says: Vidur's own number where it knows the card, else the driver's rounded up.</summary>
    private static int NominalGib(GpuSpec gpu) => gpu.Name switch
    {
        "a40" => 45,
        _ => (int)((gpu.MemoryVisibleMib + 1023) / 1024),
    };

    private static RequestRecord Record(VidurRequest request, Trace trace, int index)
    {
        RequestRecord record = new()
        {
            ArrivalPs = trace.ArrivalPs[index],
            InputTokens = request.OriginalPrompt,
            OutputTokens = request.OriginalOutput,
            Clipped = request.OriginalPrompt != trace.InputTokens[index] || request.OriginalOutput != trace.OutputTokens[index],
            Preemptions = request.Restarts,
            RecomputedTokens = request.RecomputedTokens,
            EmittedTokens = Emitted(request),
            Replica = (ushort)request.Replica,
            Status = request.Completed ? RequestStatus.Finished : RequestStatus.Unfinished,
        };
        // A double near a large arrival time can round to a picosecond before it; instants keep their order.
        record.FirstScheduledPs = At(request.FirstScheduledAt, record.ArrivalPs);
        record.FirstTokenPs = At(request.FirstTokenAt, record.FirstScheduledPs);
        record.FinishPs = At(request.CompletedAt, record.FirstTokenPs);
        if (request.Completed)
        {
            record.Ledger.QueueCompute = record.FirstScheduledPs - record.ArrivalPs;
            record.Ledger.Prefill = record.FirstTokenPs - record.FirstScheduledPs;
            record.Ledger.Decode = record.FinishPs - record.FirstTokenPs;
        }
        return record;
    }

    /// <summary>Tokens that exist: at a restart they became prompt, so they are counted from the original one.</summary>
    private static int Emitted(VidurRequest request)
    {
        if (request.Completed)
            return request.OriginalOutput;
        int known = Math.Max(request.Done, request.Restarts > 0 ? request.Prompt : 0);
        return request.FirstTokenAt is null ? 0 : Math.Max(1, known - request.OriginalPrompt);
    }

    private static long At(double? seconds, long notBefore) =>
        seconds is { } at ? Math.Max(SimTime.FromSeconds(at).Picoseconds, notBefore) : -1;
}
