namespace ELLM.Sim.Models.Hub;

/// <summary>Which layers of a published configuration are what.</summary>
/// <param name="Runs">Null when all layers are alike.</param>
/// <param name="DenseFfn">Width of the dense MLP; null where no layer has one.</param>
internal sealed record HubLayers(int Count, IReadOnlyList<LayerRun>? Runs, ExpertLayer? Experts, int? DenseFfn)
{
    public bool UsesWindow => Runs?.Any(run => run.Attention is AttentionKind.Window or AttentionKind.Chunked) ?? false;

    public bool UsesState => Runs?.Any(run => run.Attention == AttentionKind.State) ?? false;

    public static HubLayers Read(ConfigKeys keys, HubArchitecture architecture)
    {
        if (architecture.Family == HubFamily.NemotronH)
            return OfLetters(keys);
        int count = keys.Need("num_hidden_layers");
        ExpertLayer? experts = HubExperts.Read(keys);
        AttentionKind[] attention = HubAttentionOrder.Of(keys, architecture, count);
        FeedForwardKind[] feed = HubExperts.Order(keys, architecture, count, experts);
        bool dense = feed.Any(kind => kind is FeedForwardKind.Dense or FeedForwardKind.DenseAndExperts);
        return new HubLayers(count, RunsOf(attention, feed), experts, dense ? HubExperts.DenseFfn(keys) : null);
    }

    /// <summary>One letter is one layer: M state, * attention, - MLP, E experts, nothing inside it.</summary>
    private static HubLayers OfLetters(ConfigKeys keys)
    {
        string letters = keys.Text("hybrid_override_pattern")
            ?? throw keys.Refuse($"missing hybrid_override_pattern, which {keys.Type} needs");
        AttentionKind[] attention = new AttentionKind[letters.Length];
        FeedForwardKind[] feed = new FeedForwardKind[letters.Length];
        for (int i = 0; i < letters.Length; i++)
        {
            (attention[i], feed[i]) = letters[i] switch
            {
                'M' => (AttentionKind.State, FeedForwardKind.None),
                '*' => (AttentionKind.Full, FeedForwardKind.None),
                '-' => (AttentionKind.None, FeedForwardKind.Dense),
                'E' => (AttentionKind.None, FeedForwardKind.Experts),
                _ => throw keys.Refuse($"hybrid_override_pattern: expected letters of M*-E, found '{letters[i]}'"),
            };
        }
        if (letters.Length == 0)
            throw keys.Refuse("hybrid_override_pattern: expected a letter for each layer, found none");
        ExpertLayer? experts = letters.Contains('E') ? HubExperts.Read(keys) : null;
        return new HubLayers(letters.Length, RunsOf(attention, feed), experts, letters.Contains('-') ? HubExperts.DenseFfn(keys) : null);
    }

    /// <summary>The shortest list of runs that, repeated, names all layers; null when they are alike and of the model's main
    /// kind.</summary>
    private static List<LayerRun>? RunsOf(AttentionKind[] attention, FeedForwardKind[] feed)
    {
        (AttentionKind, FeedForwardKind)[] kinds = [.. attention.Zip(feed)];
        if (kinds.All(kind => kind == kinds[0]) && kinds[0].Item1 is AttentionKind.Full or AttentionKind.Latent
            && kinds[0].Item2 is FeedForwardKind.Dense or FeedForwardKind.Experts)
        {
            return null;
        }
        int period = 1;
        while (!Enumerable.Range(period, kinds.Length - period).All(i => kinds[i] == kinds[i - period]))
            period++;
        List<LayerRun> runs = [];
        foreach ((AttentionKind kind, FeedForwardKind block) in kinds[..period])
        {
            if (runs.Count > 0 && runs[^1].Attention == kind && runs[^1].FeedForward == block)
                runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            else
                runs.Add(new LayerRun(1, kind, block));
        }
        return runs;
    }
}
