namespace ELLM.Sim.Workload;

/// <summary>The model that each request is for.</summary>
/// <param name="index">Index into <paramref name="names"/> for each request.</param>
/// <param name="names">Models in the order in which the file names them first.</param>
/// <param name="lines">Line of the file in which each of them comes first, 0 where that is not known; null when none is.</param>
public sealed class ModelColumn(int[] index, IReadOnlyList<string> names, IReadOnlyList<long>? lines = null) : OptionalColumn
{
    public int[] Index => index;

    public IReadOnlyList<string> Names => names;

    public override int Count => index.Length;

    /// <summary>Where a model is named first, to be put behind the trace's name in a message; empty where that is not known.</summary>
    public string PlaceOf(int model) => lines is not null && lines[model] > 0 ? $":{lines[model]}" : "";

    public override OptionalColumn Pick(ReadOnlySpan<int> rows) => new ModelColumn(Pick(index, rows), names, lines);
}
