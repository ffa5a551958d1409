using System.Reflection;
using ELLM.Sim.Configuration;
using ELLM.Sim.Fleet;
using ELLM.Sim.Fleet.Routers;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>A run without features touches no array of theirs: what the engine keeps for them is not even made.</summary>
internal sealed class PlainRunTests
{
    /// <summary>Collections that every run needs. All others belong to a feature: chunked prompts, preemption, host memory, layers,
    /// batches that end together, outputs longer than the wheel of completions.</summary>
    private static readonly string[] Plain =
    [
        "SequenceTable._slots", "SequenceTable._freeSlots", "CompletionWheel._heads", "CompletionWheel._filled", "CompletionWheel._links",
        "LongestContenders._stairs", "FormingBatch._slots", "FormingBatch._chunks", "LastTokens._joined", "WaitingQueue._arrived",
        "RecordTable.<Rows>k__BackingField",
    ];

    [Test]
    public void A_run_without_features_touches_no_array_of_theirs()
    {
        Dictionary<string, int> sizes = SizesAfter(overflow: false);
        Assert.That(Plain, Is.SubsetOf(sizes.Keys), "a name of this test is out of date");
        Assert.That(sizes.Where(field => field.Value > 0).Select(field => field.Key).Except(Plain), Is.Empty);
    }

    [Test]
    public void A_run_that_preempts_to_the_host_has_arrays_of_its_own()
    {
        Dictionary<string, int> sizes = SizesAfter(overflow: true);
        Assert.That(sizes["HostTraffic._away"], Is.GreaterThan(0));
        Assert.That(sizes["HostTraffic._parked"], Is.GreaterThan(0));
    }

    /// <summary>Runs forty requests by vLLM's rules. Returns the lengths of all arrays of the engine's parts.</summary>
    private static Dictionary<string, int> SizesAfter(bool overflow)
    {
        string[] settings = overflow ? ["policy.overflow=swap", "memory.kv_blocks=60"] : [];
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load("vllm"), [.. settings.Select(Assignment.Parse)]);
        int[] tokens = [.. Enumerable.Range(100, 40)];
        Cluster cluster = new(new Trace("plain", new long[tokens.Length], tokens, tokens), new RoundRobinRouter());
        Replica replica = cluster.Add(Deployment.Resolve(config).Engine(default, 0));
        cluster.Run();
        Dictionary<string, int> sizes = [];
        Walk(replica, sizes, [replica]);
        return sizes;
    }

    private static void Walk(object part, Dictionary<string, int> sizes, HashSet<object> seen)
    {
        foreach (FieldInfo field in part.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
        {
            Type type = field.FieldType;
            object? value = field.GetValue(part);
            if (type.IsArray || type.Namespace == "System.Collections.Generic")
                sizes[$"{field.DeclaringType!.Name}.{field.Name}"] = LengthOf(value);
            else if (value is not null && value.GetType().Namespace == "ELLM.Sim.Serving" && (type.IsValueType || seen.Add(value)))
                Walk(value, sizes, seen);
        }
    }

    /// <summary>Places in an array, or in those that a collection is made of.</summary>
    private static int LengthOf(object? value) => value switch
    {
        null => 0,
        Array array => array.Length,
        _ => value.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic).Where(field => field.FieldType.IsArray)
            .Sum(field => LengthOf(field.GetValue(value))),
    };
}
