
namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>How far each shard of a directory is.</summary>
/// <param name="Points">Its points.</param>
/// <param name="Done">Those in a journal, failed ones included.</param>
public sealed record ShardStatus(Shard Shard, int Points, int Done, int Failed)
{
    public static IReadOnlyList<ShardStatus> Of(SweepPlan plan, IReadOnlyDictionary<int, PointResult> results, int shards) =>
    [
        .. Enumerable.Range(0, shards).Select(i => new Shard(i, shards)).Select(shard =>
        {
            PointResult[] own = [.. results.Values.Where(r => shard.Has(r.Point))];
            return new ShardStatus(shard, Enumerable.Range(0, plan.Points).Count(shard.Has), own.Length,
                own.Count(r => r.Failed is not null));
        }),
    ];
}
