using ELLM.Sim.Experiments.Sweeps.Queues;
using ELLM.Sim.Tests.Golden;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Sweeps.Queues;

/// <summary>What queues are handed.</summary>
internal sealed class QueueScriptTests
{
    private static readonly SweepJob Job = new("Policies vs. rate", 64, 4, 3.5, 16) { PolicyAssemblies = ["/sweep/my policies/Mine.dll"] };

    [Test]
    public void Slurm_script() => GoldenFile.Check(
        "tests/Golden/sweep.sbatch",
        SlurmScript.Array(Job, new SlurmOptions("gpu", "01:00:00", ["--account=mine"]), ["/opt/ellm"], "/shared/my runs/policies.json", "/shared/out"));

    [Test]
    public void Kubernetes_manifest() => GoldenFile.Check(
        "tests/Golden/sweep-job.yaml", KubernetesJob.Manifest(Job, "registry.example/ellm:1", "sweeps", "/sweep/policies.json"));

    [Test]
    public void Merge_runs_whether_or_not_tasks_failed()
    {
        IReadOnlyList<string> arguments = SlurmScript.Merge(Job, new SlurmOptions(null, null, []), ["/opt/ellm"], "/shared/it's out", "17");
        Assert.That(arguments, Does.Contain("--dependency=afterany:17"));
        Assert.That(arguments[^1], Is.EqualTo(@"exec /opt/ellm sweep merge '/shared/it'\''s out'"));
    }
}
