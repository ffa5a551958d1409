using ELLM.Sim.Experiments.Sweeps.Queues;
using ELLM.Sim.Tests.Golden;
using NUnit.Framework;
using YamlDotNet.Core;
using k8s;
using k8s.Models;

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

    /// <summary>As the control plane reads it: an unknown or misspelt field is an error.</summary>
    [Test]
    public void Kubernetes_reads_the_manifest_strictly()
    {
        V1Job job = KubernetesYaml.Deserialize<V1Job>(
            KubernetesJob.Manifest(Job, "registry.example/ellm:1", "sweeps", "/sweep/it's a \"plan\".json"), strict: true);
        V1Container container = job.Spec.Template.Spec.Containers.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((job.ApiVersion, job.Kind, job.Metadata.Name), Is.EqualTo(("batch/v1", "Job", "ellm-policies-vs-rate")));
            Assert.That((job.Spec.CompletionMode, job.Spec.Completions, job.Spec.Parallelism), Is.EqualTo(("Indexed", 64, 16)));
            Assert.That(job.Spec.PodFailurePolicy.Rules[0].OnExitCodes.Values, Is.EqualTo(new[] { 2 }));
            Assert.That(container.Args[1], Is.EqualTo("/sweep/it's a \"plan\".json"));
            Assert.That(container.Resources.Limits["memory"].ToDouble(), Is.EqualTo(3584.0 * (1 << 20)));
            Assert.That(container.VolumeMounts.Single().MountPath, Is.EqualTo("/sweep"));
            Assert.That(job.Spec.Template.Spec.Volumes.Single().PersistentVolumeClaim.ClaimName, Is.EqualTo("sweeps"));
        }
    }

    [TestCase("backoffLimitPerIndex:", "backoffLimitByIndex:")]
    [TestCase("completions: 64", "completions: many")]
    public void Kubernetes_refuses_what_it_does_not_know(string line, string wrong)
    {
        string manifest = KubernetesJob.Manifest(Job, "i", "c", "x").Replace(line, wrong, StringComparison.Ordinal);
        Assert.That(() => KubernetesYaml.Deserialize<V1Job>(manifest, strict: true), Throws.InstanceOf<YamlException>());
    }

    [Test]
    public void Merge_runs_whether_or_not_tasks_failed()
    {
        IReadOnlyList<string> arguments = SlurmScript.Merge(Job, new SlurmOptions(null, null, []), ["/opt/ellm"], "/shared/it's out", "17");
        Assert.That(arguments, Does.Contain("--dependency=afterany:17"));
        Assert.That(arguments[^1], Is.EqualTo(@"exec /opt/ellm sweep merge '/shared/it'\''s out'"));
    }
}
