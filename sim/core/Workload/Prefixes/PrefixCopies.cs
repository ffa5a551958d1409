namespace ELLM.Sim.Workload.Prefixes;

/// <summary>Prompts of requests that are picked more than once: a copy is another request like the first, not the same one again.</summary>
/// <remarks>
/// It shares what others share with the original, such as a system prompt; what only the original's session has, the copy has of its
/// own. Turns of a session that is picked again stay one session.
/// </remarks>
internal sealed class PrefixCopies
{
    /// <summary>Runs of several sessions, and of none.</summary>
    private const int Several = -2, None = -1;

    private readonly PromptPrefixes _prefixes;
    private readonly int[] _owner;
    private readonly List<int> _parent;
    private readonly List<int> _tokens;
    private readonly Dictionary<(int Run, int Copy), int> _copies = [];

    /// <param name="session">Request -> its session; null or -1: it is one of its own.</param>
    private PrefixCopies(PromptPrefixes prefixes, int[]? session)
    {
        _prefixes = prefixes;
        (_parent, _tokens) = ([.. prefixes.Tree.Parent], [.. prefixes.Tree.Tokens]);
        _owner = new int[prefixes.Tree.Count];
        Array.Fill(_owner, None);
        int sessions = session is null ? 0 : session.Max() + 1;
        for (int i = 0; i < prefixes.Count; i++)
        {
            int own = session is null || session[i] < 0 ? sessions + i : session[i];
            Own(prefixes.Answer[i] >= 0 ? prefixes.Answer[i] : prefixes.Prompt[i], own);
        }
    }

    /// <summary>The column of some rows; the same tree where none comes twice.</summary>
    public static PromptPrefixes Pick(PromptPrefixes prefixes, ReadOnlySpan<int> rows, int[]? session)
    {
        int[] times = new int[prefixes.Count], copy = new int[rows.Length];
        bool twice = false;
        for (int i = 0; i < rows.Length; i++)
        {
            copy[i] = times[rows[i]]++;
            twice |= copy[i] > 0;
        }
        if (!twice)
            return (PromptPrefixes)prefixes.Pick(rows);
        PrefixCopies copies = new(prefixes, session);
        int[] prompt = new int[rows.Length], answer = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            prompt[i] = copies.Copy(prefixes.Prompt[rows[i]], copy[i]);
            answer[i] = copies.Copy(prefixes.Answer[rows[i]], copy[i]);
        }
        return prefixes.With(new PrefixTree([.. copies._parent], [.. copies._tokens]), prompt, answer, rows);
    }

    private void Own(int run, int session)
    {
        for (int node = run; node >= 0 && _owner[node] != session && _owner[node] != Several; node = _prefixes.Tree.Parent[node])
            _owner[node] = _owner[node] == None ? session : Several;
    }

    /// <summary>A run of one session only is copied, and so are those behind it.</summary>
    private int Copy(int run, int copy)
    {
        if (copy == 0 || run < 0 || _owner[run] == Several)
            return run;
        if (_copies.TryGetValue((run, copy), out int known))
            return known;
        int parent = Copy(_prefixes.Tree.Parent[run], copy);
        _parent.Add(parent);
        _tokens.Add(_prefixes.Tree.Tokens[run]);
        return _copies[(run, copy)] = _parent.Count - 1;
    }
}
