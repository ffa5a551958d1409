namespace ELLM.Sim.Models;

/// <summary>The consecutive layers that one pipeline stage holds; the first stage has the embedding too, the last the final norm
/// and the LM head.</summary>
/// <param name="First">Index of its first layer.</param>
/// <param name="Count">Layers of the stage.</param>
/// <param name="Of">Layers of the model.</param>
public readonly record struct StageLayers(int First, int Count, int Of)
{
    public bool IsFirst => First == 0;

    public bool IsLast => First + Count == Of;

    /// <summary>All layers on one stage.</summary>
    public static StageLayers Whole(int layers) => new(0, layers, layers);

    /// <summary>Layers in equal shares; what is left goes to the stages before the last, one each, which has the LM head to
    /// compute.</summary>
    /// <remarks>vLLM's rule since 0.7 (<c>get_pp_indices</c>).</remarks>
    /// <exception cref="InputException">More stages than layers.</exception>
    public static StageLayers[] Split(int layers, int stages)
    {
        if (stages < 1 || stages > layers)
            throw new InputException($"pp: expected 1 to {layers} pipeline stages, one layer each at least, found {stages}");
        int share = layers / stages;
        int left = layers % stages;
        StageLayers[] split = new StageLayers[stages];
        int first = 0;
        for (int i = 0; i < stages; i++)
        {
            bool takesOne = i < stages - 1 && i >= stages - 1 - left;
            int count = share + (takesOne ? 1 : 0);
            split[i] = new StageLayers(first, count, layers);
            first += count;
        }
        return split;
    }
}
