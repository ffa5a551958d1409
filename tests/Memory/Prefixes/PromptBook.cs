using ELLM.Sim.Memory.Prefixes;

namespace ELLM.Sim.Tests.Memory.Prefixes;

/// <summary>Requests token by token, and the tree of runs that they make.</summary>
internal sealed class PromptBook
{
    private readonly Node _root = new([]);
    private readonly List<(int[] Tokens, int Prompt, bool Answered)> _requests = [];
    private int _fresh;

    public int Count => _requests.Count;

    /// <summary>A request whose first tokens are those of another, prompt and answer in a row; all others are new.</summary>
    /// <param name="like">Another request; -1: none.</param>
    /// <param name="shared">Tokens that the prompt has in common with it.</param>
    /// <param name="answered">A later turn names its answer.</param>
    /// <param name="known">False: nobody knows its prompt.</param>
    public int Add(int prompt, int answer, int like = -1, int shared = 0, bool answered = false, bool known = true)
    {
        int[] tokens = new int[prompt + answer];
        for (int i = 0; i < tokens.Length; i++)
            tokens[i] = i < Math.Min(shared, prompt) ? _requests[like].Tokens[i] : ++_fresh;
        _requests.Add((tokens, known ? prompt : -1, known && answered));
        if (known)
            Insert(tokens.AsSpan(0, answered ? tokens.Length : prompt));
        if (known && answered)
            Insert(tokens.AsSpan(0, prompt));
        return _requests.Count - 1;
    }

    public int LengthOf(int request) => _requests[request].Tokens.Length;

    /// <summary>What a request's first tokens are.</summary>
    public string Name(int request, int tokens) => string.Join(' ', _requests[request].Tokens[..tokens]);

    /// <summary>Tokens whose identity a trace knows; those behind them are the request's own.</summary>
    public int Known(int request) => _requests[request] switch
    {
        { Prompt: < 0 } => 0,
        { Answered: true } r => r.Tokens.Length,
        { } r => r.Prompt,
    };

    public PromptChains Chains()
    {
        List<int> parent = [], depth = [];
        Dictionary<(int, int), int> ends = [];
        Number(_root, -1, 0);
        return new PromptChains(
            [.. parent], [.. depth],
            [.. _requests.Select(r => r.Prompt < 0 ? -1 : End(r.Tokens, r.Prompt))],
            [.. _requests.Select(r => r.Answered ? End(r.Tokens, r.Tokens.Length) : -1)]);

        void Number(Node node, int above, int tokens)
        {
            foreach (Node child in node.Children.Values)
            {
                parent.Add(above);
                depth.Add(tokens + child.Tokens.Count);
                child.Index = parent.Count - 1;
                Number(child, child.Index, tokens + child.Tokens.Count);
            }
        }
    }

    private int End(int[] tokens, int length)
    {
        Node node = _root;
        for (int at = 0; at < length; at += node.Tokens.Count)
            node = node.Children[tokens[at]];
        return node.Index;
    }

    private void Insert(ReadOnlySpan<int> tokens)
    {
        Node node = _root;
        while (tokens.Length > 0)
        {
            if (!node.Children.TryGetValue(tokens[0], out Node? next))
            {
                node.Children[tokens[0]] = new Node([.. tokens]);
                return;
            }
            int common = 0;
            while (common < tokens.Length && common < next.Tokens.Count && tokens[common] == next.Tokens[common])
                common++;
            if (common < next.Tokens.Count)
                next.Split(common);
            node = next;
            tokens = tokens[common..];
        }
    }

    private sealed class Node(List<int> tokens)
    {
        public List<int> Tokens { get; private set; } = tokens;

        public SortedDictionary<int, Node> Children { get; private set; } = [];

        public int Index { get; set; }

        public void Split(int at)
        {
            Node rest = new(Tokens[at..]) { Children = Children };
            Children = new SortedDictionary<int, Node> { [rest.Tokens[0]] = rest };
            Tokens = Tokens[..at];
        }
    }
}
