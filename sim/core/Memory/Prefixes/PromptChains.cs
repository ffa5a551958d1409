namespace ELLM.Sim.Memory.Prefixes;

/// <summary>Which prompts begin alike, as memory sees it: runs of tokens in a tree, and where each request's known tokens end.</summary>
/// <remarks>A prompt is a path of whole runs from a root; two prompts share the tokens of their common path and no others.</remarks>
/// <param name="Parent">Run before each run, -1 at a root; a parent comes before its children.</param>
/// <param name="Depth">Tokens from the root to the end of each run.</param>
/// <param name="Prompt">Request to the run at whose end its prompt ends; -1: it is not known.</param>
/// <param name="Answer">Request to the run at whose end prompt and answer end; -1: no later turn names it.</param>
public sealed record PromptChains(int[] Parent, int[] Depth, int[] Prompt, int[] Answer)
{
    /// <summary>Nothing is known of any prompt.</summary>
    public static PromptChains None { get; } = new([], [], [], []);

    /// <summary>The last run of a request's tokens that has an identity: of its answer where one is known; -1: there is none.</summary>
    public int LastRun(int request)
    {
        if (request >= Prompt.Length)
            return -1;
        int prompt = Prompt[request], answer = Answer[request];
        return prompt >= 0 && answer >= 0 && Depth[answer] > Depth[prompt] ? answer : prompt;
    }
}
