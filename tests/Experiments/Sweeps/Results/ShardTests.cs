using ELLM.Sim.Experiments.Sweeps.Results;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Sweeps.Results;

/// <summary>The contract between a sweep and whatever queue runs its parts.</summary>
internal sealed class ShardTests
{
    [FsCheck.NUnit.Property(Replay = "1,3")]
    public bool Every_point_is_in_one_shard(byte points, byte count)
    {
        Shard[] shards = [.. Enumerable.Range(0, count + 1).Select(i => new Shard(i, count + 1))];
        return Enumerable.Range(0, points).All(p => shards.Count(s => s.Has(p)) == 1)
            && shards.All(s => Shard.OfFileName(s.FileName) == s);
    }

    [Test]
    public void Index_comes_from_the_queue_and_the_number_from_the_user()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Shard.Choose(null, null, Queue("7", null)), Is.EqualTo(Shard.Whole),
                "a sweep inside somebody's array task is a whole one");
            Assert.That(Shard.Choose("3/8", null, Queue("7", "9")), Is.EqualTo(new Shard(3, 8)), "what is said wins");
            Assert.That(Shard.Choose(null, 8, Queue("7", null)), Is.EqualTo(new Shard(7, 8)));
            Assert.That(Shard.Choose(null, 8, Queue("", "0")), Is.EqualTo(new Shard(0, 8)));
        }
    }

    [TestCase("SLURM_ARRAY_TASK_ID=8 with --shards 8: expected an index from 0 to 7, found 8", null, 8, "8", null)]
    [TestCase("expected one index, found SLURM_ARRAY_TASK_ID=1 and JOB_COMPLETION_INDEX=1", null, 8, "1", "1")]
    [TestCase("found neither", null, 8, null, null)]
    [TestCase("expected an index from 0, found 'x'", null, 8, "x", null)]
    [TestCase("--shard: expected I/N such as 0/8, found '8'", "8", null, null, null)]
    [TestCase("--shard 8/8: expected an index from 0 to 7, found 8", "8/8", null, null, null)]
    [TestCase("expected 1 to 99999 shards, found 0", "0/0", null, null, null)]
    [TestCase("expected one of them", "0/8", 8, null, null)]
    public void Anything_else_is_refused(string expected, string? shard, int? shards, string? slurm, string? k8s) =>
        Assert.That(() => Shard.Choose(shard, shards, Queue(slurm, k8s)),
            Throws.InstanceOf<InputException>().With.Message.Contains(expected));

    [TestCase("", new int[0])]
    [TestCase("3", new[] { 3 })]
    [TestCase("3,17,20-22", new[] { 21, 3, 17, 20, 22 })]
    [TestCase("0-1", new[] { 0, 1 })]
    public void Missing_shards_are_named_as_arrays_are(string text, int[] indices) =>
        Assert.That(Shard.ArrayText(indices), Is.EqualTo(text));

    private static (string, string?)[] Queue(string? slurm, string? k8s) => [("SLURM_ARRAY_TASK_ID", slurm), ("JOB_COMPLETION_INDEX", k8s)];
}
