namespace ELLM.Sim.Workload.Prefixes;

/// <summary>Which prompts begin alike.</summary>
/// <param name="tree">Runs of all prompts of the trace, shared by whatever is picked from it.</param>
/// <param name="prompt">Request -> run at whose end its prompt ends, as deep as the prompt has tokens; -1: nothing is known of it, and it
/// shares nothing.</param>
/// <param name="answer">Request -> run at whose end prompt and answer end, where a later turn names the answer; -1: none comes back
/// to it.</param>
/// <param name="blocks">The blocks that the trace counts prompts in.</param>
/// <param name="named">Request -> tokens at the beginning of its prompt that the log names; null: all of them.</param>
public sealed class PromptPrefixes(PrefixTree tree, int[] prompt, int[] answer, TraceBlocks blocks, int[]? named = null) : OptionalColumn
{
    public PrefixTree Tree => tree;

    public int[] Prompt => prompt;

    public int[] Answer => answer;

    public TraceBlocks Blocks => blocks;

    public override int Count => prompt.Length;

    public override OptionalColumn Pick(ReadOnlySpan<int> rows) =>
        new PromptPrefixes(tree, Pick(prompt, rows), Pick(answer, rows), blocks, named is null ? null : Pick(named, rows));

    /// <summary>The column of other rows in another tree.</summary>
    internal PromptPrefixes With(PrefixTree other, int[] prompts, int[] answers, ReadOnlySpan<int> rows) =>
        new(other, prompts, answers, blocks, named is null ? null : Pick(named, rows));

    /// <summary>Tokens at the beginning of a request's prompt that the log names.</summary>
    internal int NamedTokens(int request) => named is null ? tree.Depth[prompt[request]] : named[request];
}

/// <summary>The blocks in which a log names what prompts begin with.</summary>
/// <param name="Tokens">Tokens of a full block; 0 where the log does not count in blocks.</param>
/// <param name="Partial">Whether a last block that is not full counts as one.</param>
public readonly record struct TraceBlocks(int Tokens, bool Partial)
{
    /// <summary>Blocks of a prompt as the log counts them.</summary>
    public int Of(int tokens) => (tokens / Tokens) + (Partial && tokens % Tokens > 0 ? 1 : 0);
}
