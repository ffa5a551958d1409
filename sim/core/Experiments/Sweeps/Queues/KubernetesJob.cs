using System.Globalization;

namespace ELLM.Sim.Experiments.Sweeps.Queues;

/// <summary>The manifest of a Kubernetes Indexed Job: one index a shard.</summary>
/// <remarks>
/// <c>JOB_COMPLETION_INDEX</c> is set by the control plane, and a replaced pod has the index of the one it replaces, so it goes on from
/// the journal. Bad input (exit code 2) is not tried again; a pod that was evicted is. Per-index retries need Kubernetes 1.33.
/// The claim must be ReadWriteMany and hold the experiment file and policy assemblies.
/// </remarks>
public static class KubernetesJob
{
    /// <param name="image">Image with the program as its entry point.</param>
    /// <param name="claim">Volume claim, mounted at /sweep.</param>
    /// <param name="experiment">Name of the experiment file in the volume, or a shipped experiment.</param>
    public static string Manifest(SweepJob job, string image, string claim, string experiment)
    {
        string parallelism = (job.Concurrent ?? job.Shards).ToString(CultureInfo.InvariantCulture);
        string memory = job.MemoryMib is long mib ? string.Create(CultureInfo.InvariantCulture, $", memory: {mib}Mi") : "";
        string memoryArgs = job.MemoryGib is double gib ? string.Create(CultureInfo.InvariantCulture, $", --memory, \"{gib}\"") : "";
        string assemblies = string.Concat(job.PolicyAssemblies.Select(path => $", --policy-assembly, {Text(path)}"));
        string limits = memory.Length > 0 ? $"\n            limits: {{ {memory[2..]} }}" : "";
        return string.Create(CultureInfo.InvariantCulture, $$"""
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: {{job.SafeName}}
            spec:
              completionMode: Indexed
              completions: {{job.Shards}}
              parallelism: {{parallelism}}
              backoffLimitPerIndex: 2
              podFailurePolicy:
                rules:
                  - action: FailIndex
                    onExitCodes: { containerName: ellm, operator: In, values: [2] }
                  - action: Ignore
                    onPodConditions: [{ type: DisruptionTarget }]
              template:
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 60
                  containers:
                    - name: ellm
                      image: {{Text(image)}}
                      args: [sweep, {{Text(experiment)}}, --out, /sweep/{{job.SafeName}}, --shards, "{{job.Shards}}", --jobs, "{{job.Jobs}}"{{memoryArgs}}{{assemblies}}]
                      resources:
                        requests: { cpu: "{{job.Jobs}}"{{memory}} }{{limits}}
                      volumeMounts:
                        - { name: sweep, mountPath: /sweep }
                  volumes:
                    - name: sweep
                      persistentVolumeClaim: { claimName: {{Text(claim)}} }

            """).ReplaceLineEndings("\n");
    }

    /// <summary>A YAML text in double quotes: JSON's quoting is a part of YAML's.</summary>
    private static string Text(string value) => System.Text.Json.Nodes.JsonValue.Create(value).ToJsonString(Relaxed);

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
