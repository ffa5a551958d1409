using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Requests that are drawn with what their prompts begin with, session by session.</summary>
internal sealed class PromptDraw
{
    private readonly List<int> _input = [];
    private readonly List<int> _output = [];
    private readonly List<int> _prompts = [];
    private readonly List<int> _session = [];
    private readonly List<int> _turn = [];
    private readonly List<double> _thinkS = [];

    public PrefixTreeBuilder Tree { get; } = new();

    public int Count => _input.Count;

    public int Sessions { get; private set; }

    public IReadOnlyList<int> Input => _input;

    public IReadOnlyList<int> Output => _output;

    /// <summary>Request -> its session, from 0 in the order of their starts.</summary>
    public IReadOnlyList<int> Session => _session;

    public IReadOnlyList<int> Turn => _turn;

    /// <summary>Request -> time from the end of the turn before [s]; 0 for a session's first.</summary>
    public IReadOnlyList<double> ThinkS => _thinkS;

    /// <summary>The first request of the next session. Returns the number of its prompt.</summary>
    public int Start(int like, int shared, int input, int output)
    {
        Sessions++;
        return Add(like, shared, input, output, 0, 0);
    }

    /// <summary>A later turn of the latest session.</summary>
    public int Continue(int like, int shared, int input, int output, double thinkS) =>
        Add(like, shared, input, output, _turn[^1] + 1, thinkS);

    public PromptPrefixes Prefixes(int blockTokens) => Tree.Build([.. _prompts], new TraceBlocks(blockTokens, Partial: true));

    /// <param name="thinkPs">Request -> think time, picoseconds.</param>
    public SessionPlan Plan(long[] thinkPs) => new([.. _session], [.. _turn], thinkPs);

    private int Add(int like, int shared, int input, int output, int turn, double thinkS)
    {
        int prompt = Tree.Add(like, shared, input, output);
        _input.Add(input);
        _output.Add(output);
        _prompts.Add(prompt);
        _session.Add(Sessions - 1);
        _turn.Add(turn);
        _thinkS.Add(thinkS);
        return prompt;
    }
}
