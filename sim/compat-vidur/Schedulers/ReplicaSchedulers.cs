namespace ELLM.Sim.Compat.Vidur.Schedulers;

/// <summary>The schedulers by their names in Vidur's configuration.</summary>
internal static class ReplicaSchedulers
{
    private static readonly (string Name, VidurScheduler Kind)[] Known =
    [
        ("vllm", VidurScheduler.Vllm),
        ("sarathi", VidurScheduler.Sarathi),
        ("orca", VidurScheduler.Orca),
        ("lightllm", VidurScheduler.LightLlm),
        ("faster_transformer", VidurScheduler.FasterTransformer),
    ];

    public static string NameOf(VidurScheduler kind) => Known.First(known => known.Kind == kind).Name;

    /// <summary>Any spelling of the name with or without separators, a class name's ending allowed.</summary>
    public static VidurScheduler? Find(string name)
    {
        string plain = VidurCatalog.Plain(name);
        foreach ((string known, VidurScheduler kind) in Known)
        {
            if (plain.StartsWith(VidurCatalog.Plain(known), StringComparison.Ordinal))
                return kind;
        }
        return plain is "ft" ? VidurScheduler.FasterTransformer : null;
    }

    public static ReplicaScheduler Create(VidurConfig config, VidurMemoryPlan plan) => config.Scheduler switch
    {
        VidurScheduler.Vllm => new VllmScheduler(config, plan),
        VidurScheduler.Sarathi => new SarathiScheduler(config, plan),
        VidurScheduler.Orca => new OrcaScheduler(config, plan),
        VidurScheduler.LightLlm => new LightLlmScheduler(config, plan),
        _ => new FasterTransformerScheduler(config, plan),
    };
}
