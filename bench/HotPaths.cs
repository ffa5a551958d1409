using BenchmarkDotNet.Attributes;
using ELLM.Sim.Hardware;
using ELLM.Sim.Memory;
using ELLM.Sim.Models;
using ELLM.Sim.Numerics;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Benchmarks;

/// <summary>The pieces an iteration is made of, each on its own.</summary>
[MemoryDiagnoser]
public class HotPaths
{
    private readonly AnalyticTimeModel _time = AnalyticTimeModel.For(GpuCatalog.Load("a100-80"), ModelCatalog.Load("llama-3.1-8b"));
    private readonly PrefillChunk[] _chunks = [new(700, 0, true), new(324, 512, false)];
    private readonly PagedKv _memory = new(28_000, 16, 280, BlockCheck.Any, 131_072);
    private readonly RunningSpan _running = new();
    private KvSpan _span;

    public HotPaths()
    {
        KvGrant grant = default;
        for (int i = 0; i < 64; i++)
            _memory.Join(ref grant, 500 + (37 * i));
    }

    [Benchmark]
    public DecodeCost Decode_cost_of_a_batch() => _time.Decode(new DecodeBatch(64, 80_000, 4000));

    [Benchmark]
    public long Mixed_iteration_of_two_chunks() => _time.Mixed(_chunks, new DecodeBatch(64, 80_000, 4000));

    [Benchmark]
    public double Power() => DeterministicMath.Pow(1.2345, 1.9536);

    [Benchmark]
    public long Growth_horizon_near_the_end_of_the_pool() => _memory.Horizon(100_000, 500, 11_000_000_000);

    [Benchmark]
    public long Growth_of_no_steps_observed()
    {
        _memory.Advance(0, ref _span, watched: true);
        return _span.AllocatedSum;
    }

    [Benchmark]
    public long Jump_cut_by_an_arrival()
    {
        DecodeCost cost = new(11_000_000_000, 87_400, 9_000, long.MaxValue);
        _running.StartDecode(0, default, cost.Steps(new DecodeBatch(64, 80_000, 4000)), 1000);
        _running.CutAt(5_000_000_000_000);
        _running.Finish();
        return _running.EndPs;
    }
}
