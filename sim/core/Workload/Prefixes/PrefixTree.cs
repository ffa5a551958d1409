namespace ELLM.Sim.Workload.Prefixes;

/// <summary>What prompts begin with, as runs of tokens: a forest in which every prompt is a path of whole runs.</summary>
/// <remarks>
/// A run is split where prompts branch or end and nowhere else, so a run is kept as one entry however many blocks an engine cuts it
/// into. Two prompts share exactly the tokens of their common path: siblings differ in their first token. A parent comes before its
/// children.
/// </remarks>
public sealed class PrefixTree
{
    /// <param name="parent">Run before each run, -1 at the beginning of a prompt.</param>
    /// <param name="tokens">Tokens of each run, at least 1.</param>
    internal PrefixTree(int[] parent, int[] tokens)
    {
        Parent = parent;
        Tokens = tokens;
        Depth = new int[parent.Length];
        for (int node = 0; node < parent.Length; node++)
            Depth[node] = tokens[node] + (parent[node] < 0 ? 0 : Depth[parent[node]]);
    }

    public int Count => Parent.Length;

    /// <summary>Run -> the run before it; -1 at the beginning of a prompt.</summary>
    public int[] Parent { get; }

    /// <summary>Run -> its tokens.</summary>
    public int[] Tokens { get; }

    /// <summary>Run -> tokens from the beginning of the prompt to its end.</summary>
    public int[] Depth { get; }

    /// <summary>Tokens that two prompts, named by their last runs, begin with alike.</summary>
    public int Common(int one, int other)
    {
        // A parent has the smaller number.
        while (one != other)
        {
            if (one > other)
                one = Parent[one];
            else
                other = Parent[other];
        }
        return one < 0 ? 0 : Depth[one];
    }
}
