using System.Text;
using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.ResultFiles;

/// <summary>Writes timeline.csv: memory and batch over time, at most <see cref="Timeline.DefaultRows"/> rows.</summary>
/// <param name="budget">Memory of one rank.</param>
/// <param name="ranks">GPUs that share each layer; bytes in the file are over all of them. With pipeline stages: of the stage with
/// the least room, where KV of the other virtual engines counts as outside.</param>
public sealed class TimelineCsv(MemoryBudget budget, int ranks)
{
    private delegate void Cell(CsvBuffer csv, in Row row);

    private static readonly (string Name, string Doc, Cell Write)[] Table =
    [
        ("time_s", "iteration boundary, after scheduling and mapping", (csv, in r) => csv.Seconds(r.Sample.TimePs)),
        ("replica", "replica; with pipeline stages a virtual engine, and bytes are those of one stage's GPUs",
            (csv, in r) => csv.Integer(r.Sample.Replica)),
        ("waiting", "waiting requests", (csv, in r) => csv.Integer(r.Sample.Waiting)),
        ("running", "requests holding KV on the GPU", (csv, in r) => csv.Integer(r.Sample.Running)),
        ("parked", "requests with KV in host memory", (csv, in r) => csv.Integer(r.Sample.Parked)),
        ("prefill_tokens", "prefill tokens of the iteration that begins", (csv, in r) => csv.Integer(r.Sample.PrefillTokens)),
        ("kv_live_tokens", "tokens in the KV cache", (csv, in r) => csv.Integer(r.Sample.LiveTokens)),
        ("kv_allocated_tokens", "capacity that requests hold, in tokens", (csv, in r) => csv.Integer(r.Sample.AllocatedTokens)),
        ("kv_capacity_tokens", "capacity of the pool, in tokens", (csv, in r) => csv.Integer(r.Sample.CapacityTokens)),
        ("kv_live_bytes", "bytes of the tokens in the KV cache", (csv, in r) => csv.Integer(r.Sample.LiveTokens * r.KvBytesPerToken)),
        ("kv_allocated_bytes", "bytes of KV memory that requests hold",
            (csv, in r) => csv.Integer(r.Sample.AllocatedTokens * r.KvBytesPerToken)),
        ("kv_capacity_bytes", "bytes of the KV pool", (csv, in r) => csv.Integer(r.Sample.CapacityTokens * r.KvBytesPerToken)),
        ("kv_host_tokens", "tokens of KV in host memory", (csv, in r) => csv.Integer(r.Sample.HostKvTokens)),
        ("iteration_tokens", "tokens the iteration that begins computes, decodes included",
            (csv, in r) => csv.Integer(r.Sample.IterationTokens)),
        ("weights_bytes", "GPU: weights", (csv, in r) => csv.Integer(r.Gpu.WeightsBytes)),
        ("runtime_bytes", "GPU: context, libraries, CUDA graphs", (csv, in r) => csv.Integer(r.Gpu.RuntimeBytes)),
        ("activation_live_bytes", "GPU: activations of the iteration that begins", (csv, in r) => csv.Integer(r.Gpu.ActivationLiveBytes)),
        ("activation_idle_bytes", "GPU: reserved or mapped for activations beyond that",
            (csv, in r) => csv.Integer(r.Gpu.ActivationIdleBytes)),
        ("kv_used_bytes", "GPU: tokens in the KV cache, at most what requests hold", (csv, in r) => csv.Integer(r.Gpu.KvLiveBytes)),
        ("kv_idle_bytes", "GPU: held by requests beyond their tokens, or mapped for nobody", (csv, in r) => csv.Integer(r.Gpu.KvIdleBytes)),
        ("prefix_idle_bytes", "GPU: cached prefixes that no request holds; KV may take their memory",
            (csv, in r) => csv.Integer(r.Gpu.PrefixIdleBytes)),
        ("free_bytes", "GPU: what KV, and elastic activations, may still take", (csv, in r) => csv.Integer(r.Gpu.FreeBytes)),
        ("outside_bytes", "GPU: outside the engine's share, and what rounding to whole blocks leaves over",
            (csv, in r) => csv.Integer(r.Gpu.OutsideBytes)),
        ("prefix_shared_bytes", "KV that several requests share, once for each beyond the first: what sharing saves",
            (csv, in r) => csv.Integer(r.Sample.SharedPrefixTokens * r.KvBytesPerToken)),
        ("kv_host_bytes", "KV in host memory", (csv, in r) => csv.Integer(r.Sample.HostKvTokens * r.KvBytesPerToken)),
        ("buffer_limit_bytes", "what a CPU buffer of variable size may hold; empty where none is", BufferLimit),
    ];

    /// <summary>Names and meanings, in the order of the file.</summary>
    public static IReadOnlyList<(string Name, string Doc)> Columns { get; } = Array.ConvertAll(Table, c => (c.Name, c.Doc));

    public void Write(Stream target, ReadOnlySpan<ReplicaSample> rows)
    {
        using CsvBuffer csv = new(target);
        foreach ((string name, _, _) in Table)
            csv.Word(Encoding.ASCII.GetBytes(name));
        csv.EndRow();
        foreach (ref readonly ReplicaSample sample in rows)
        {
            Row row = new(sample, GpuMemoryUse.Of(sample, budget, ranks), budget.KvBytesPerToken * ranks, ranks);
            foreach ((_, _, Cell write) in Table)
                write(csv, row);
            csv.EndRow();
        }
    }

    private static void BufferLimit(CsvBuffer csv, in Row row)
    {
        if (row.Sample.BufferBytes is long bytes)
            csv.Integer(bytes * row.Ranks);
        else
            csv.Word([]);
    }

    private readonly record struct Row(ReplicaSample Sample, GpuMemoryUse Gpu, long KvBytesPerToken, int Ranks);
}
