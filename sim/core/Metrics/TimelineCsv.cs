using System.Text;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics;

/// <summary>Writes timeline.csv: memory and batch over time, at most <see cref="Timeline.DefaultRows"/> rows.</summary>
/// <param name="kvBytesPerToken">Turns tokens of capacity into bytes: K and V of one token over all layers and ranks.</param>
public sealed class TimelineCsv(long kvBytesPerToken)
{
    private delegate void Cell(CsvBuffer csv, in ReplicaSample sample, long kvBytesPerToken);

    private static readonly (string Name, string Doc, Cell Write)[] Table =
    [
        ("time_s", "iteration boundary, after scheduling", (csv, in s, kv) => csv.Seconds(s.TimePs)),
        ("replica", "replica", (csv, in s, kv) => csv.Integer(s.Replica)),
        ("waiting", "waiting requests", (csv, in s, kv) => csv.Integer(s.Waiting)),
        ("running", "requests holding KV on the GPU", (csv, in s, kv) => csv.Integer(s.Running)),
        ("parked", "requests with KV in host memory", (csv, in s, kv) => csv.Integer(s.Parked)),
        ("prefill_tokens", "prefill tokens of the iteration that begins", (csv, in s, kv) => csv.Integer(s.PrefillTokens)),
        ("kv_live_tokens", "tokens in the KV cache", (csv, in s, kv) => csv.Integer(s.LiveTokens)),
        ("kv_allocated_tokens", "capacity that requests hold, in tokens", (csv, in s, kv) => csv.Integer(s.AllocatedTokens)),
        ("kv_capacity_tokens", "capacity of the pool, in tokens", (csv, in s, kv) => csv.Integer(s.CapacityTokens)),
        ("kv_live_bytes", "the same in bytes", (csv, in s, kv) => csv.Integer(s.LiveTokens * kv)),
        ("kv_allocated_bytes", "the same in bytes", (csv, in s, kv) => csv.Integer(s.AllocatedTokens * kv)),
        ("kv_capacity_bytes", "the same in bytes", (csv, in s, kv) => csv.Integer(s.CapacityTokens * kv)),
        ("kv_host_tokens", "tokens of KV in host memory", (csv, in s, kv) => csv.Integer(s.HostKvTokens)),
    ];

    /// <summary>Names and meanings, in the order of the file.</summary>
    public static IReadOnlyList<(string Name, string Doc)> Columns { get; } = Array.ConvertAll(Table, c => (c.Name, c.Doc));

    public void Write(Stream target, ReadOnlySpan<ReplicaSample> rows)
    {
        using CsvBuffer csv = new(target);
        foreach ((string name, _, _) in Table)
            csv.Word(Encoding.ASCII.GetBytes(name));
        csv.EndRow();
        foreach (ref readonly ReplicaSample row in rows)
        {
            foreach ((_, _, Cell write) in Table)
                write(csv, row, kvBytesPerToken);
            csv.EndRow();
        }
    }
}
