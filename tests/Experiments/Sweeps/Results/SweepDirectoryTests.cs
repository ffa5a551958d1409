using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Experiments.Sweeps.Results;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Sweeps.Results;

/// <summary>A directory belongs to one experiment, and a journal to one process.</summary>
internal sealed class SweepDirectoryTests
{
    private static readonly SweepPlan Plan = PlanOf("""{ "name": "t", "base": { "limit": 20 }, "grid": { "rate": [1, 2] } }""");

    private static PointResult Finished { get; } = SweepJournalTests.Result(1) with { Axes = ["2"] };

    [Test]
    public void Finished_points_are_there_when_it_is_opened_again()
    {
        using ScratchFolder folder = new();
        using (SweepDirectory first = SweepDirectory.Open(folder.In("d"), Plan, Shard.Whole, force: false))
            first.Append(Finished);
        using SweepDirectory again = SweepDirectory.Open(folder.In("d"), Plan, Shard.Whole, force: false);
        Assert.That(again.Kept.Keys, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void What_other_shards_have_finished_is_taken_over()
    {
        using ScratchFolder folder = new();
        using (SweepDirectory part = SweepDirectory.Open(folder.In("d"), Plan, new Shard(1, 2), force: false))
            part.Append(Finished);
        using SweepDirectory whole = SweepDirectory.Open(folder.In("d"), Plan, Shard.Whole, force: false);
        Assert.That(whole.Kept.Keys, Is.EqualTo(new[] { 1 }));
        Assert.That(SweepDirectory.ShardCount(folder.In("d")), Is.EqualTo(2));
    }

    [TestCase("grid.rate was [1,2], is [1,2,4]", """{ "name": "t", "base": { "limit": 20 }, "grid": { "rate": [1, 2, 4] } }""")]
    [TestCase("base.limit was 20, is 30", """{ "name": "t", "base": { "limit": 30 }, "grid": { "rate": [1, 2] } }""")]
    [TestCase("slo was absent, is \"ttft=1s\"", """{ "name": "t", "base": { "limit": 20 }, "slo": "ttft=1s", "grid": { "rate": [1, 2] } }""")]
    [TestCase("base.seed was absent, is 3", """{ "name": "t", "base": { "limit": 20, "seed": 3 }, "grid": { "rate": [1, 2] } }""")]
    public void Another_experiment_is_refused_with_what_changed(string change, string json)
    {
        using ScratchFolder folder = new();
        SweepDirectory.Open(folder.In("d"), Plan, Shard.Whole, force: false).Dispose();
        Assert.That(
            () => SweepDirectory.Open(folder.In("d"), PlanOf(json), Shard.Whole, force: false),
            Throws.InstanceOf<InputException>().With.Message.Contains(change).And.Message.Contains("--force"));
        using SweepDirectory forced = SweepDirectory.Open(folder.In("d"), PlanOf(json), Shard.Whole, force: true);
        Assert.That(forced.Kept, Is.Empty);
    }

    [Test]
    public void Name_description_comments_and_metrics_change_no_result()
    {
        SweepPlan plan = PlanOf("""{ "name": "other", "description": "d", /* c */ "base": { "limit": 20 }, "grid": { "rate": [1, 2] }, "metrics": ["ttft_p50_s"] }""");
        Assert.That(plan.Changes(Plan), Is.Empty);
        Assert.That(plan.Sha256, Is.EqualTo(Plan.Sha256));
    }

    [Test]
    public void A_changed_input_file_is_another_experiment()
    {
        using ScratchFolder folder = new();
        string json = """{ "name": "t", "base": { "trace": "day.csv" }, "grid": { "rate": [1] } }""";
        folder.File("day.csv", "arrival_s,input_tokens,output_tokens\n0,5,3\n");
        SweepPlan before = SweepPlan.Of(Experiment.Parse("x.json", json, folder.Path));
        folder.File("day.csv", "arrival_s,input_tokens,output_tokens\n0,5,4\n");
        IReadOnlyList<string> changes = SweepPlan.Of(Experiment.Parse("x.json", json, folder.Path)).Changes(before);
        Assert.That(changes, Has.Count.EqualTo(1));
        Assert.That(changes[0], Does.StartWith("inputs.day.csv was"));
    }

    [Test]
    public void Another_build_is_not_mixed_in() =>
        Assert.That((Plan with { Build = "other" }).Changes(Plan), Is.EqualTo(new[] { "the simulator was built anew" }));

    [Test]
    public void A_plan_reads_back()
    {
        SweepPlan read = SweepPlan.Parse("plan.json", System.Text.Encoding.UTF8.GetString(Plan.ToJson()));
        Assert.That(read.Changes(Plan), Is.Empty);
        Assert.That((read.Sha256, read.Points), Is.EqualTo((Plan.Sha256, 2)));
    }

    [Test]
    public void A_second_owner_is_told_of_the_first()
    {
        using ScratchFolder folder = new();
        using (SweepDirectory.Open(folder.In("d"), Plan, Shard.Whole, force: false))
        {
            Assert.That(
                () => SweepDirectory.Open(folder.In("d"), Plan, Shard.Whole, force: true),
                Throws.InstanceOf<InputException>().With.Message.Contains($"process {Environment.ProcessId} on "));
            using SweepDirectory other = SweepDirectory.Open(folder.In("d"), Plan, new Shard(0, 2), force: false);
        }
        SweepDirectory.Open(folder.In("d"), Plan, Shard.Whole, force: false).Dispose();
    }

    [Test]
    public void Somebody_elses_directory_is_left_alone()
    {
        using ScratchFolder folder = new();
        folder.File("notes.txt", "mine");
        Assert.That(() => SweepDirectory.Open(folder.Path, Plan, Shard.Whole, force: false), Throws.InstanceOf<InputException>().With.Message.Contains("--force"));
        Assert.That(folder.Entries(), Is.EqualTo(new[] { "notes.txt" }));
    }

    private static SweepPlan PlanOf(string json) => SweepPlan.Of(Experiment.Parse("x.json", json));
}
