namespace ELLM.Sim.Serving;

/// <summary>What a scheduler can ask for at an iteration boundary.</summary>
public enum DecisionKind : byte
{
    /// <summary>Nothing more to decide: run the iteration as prepared.</summary>
    Run,

    /// <summary>Nothing can run; look again when something arrives.</summary>
    Idle,

    /// <summary>Admit the head of the queue and compute its first tokens in this iteration.</summary>
    Admit,

    /// <summary>Compute the next chunk of the latest sequence still prefilling.</summary>
    Continue,

    /// <summary>Take the latest-arrived running sequence's KV away.</summary>
    Preempt,

    /// <summary>Bring back the earliest parked sequence.</summary>
    Resume,

    /// <summary>The head of the queue can never be served.</summary>
    Reject,
}

/// <summary>Why the head of the queue waits.</summary>
public enum Blocked : byte
{
    /// <summary>No request waits.</summary>
    None,

    /// <summary>A token budget, the batch limit or the running iteration.</summary>
    Compute,

    /// <summary>KV memory.</summary>
    Memory,
}

/// <summary>The part of a prompt that an iteration computes.</summary>
/// <param name="Tokens">Prefill tokens to compute.</param>
/// <param name="HoldTokens">Tokens to have memory for from now on.</param>
/// <param name="BesideDecodes">The decoding sequences take part in that iteration.</param>
public readonly record struct PromptPart(int Tokens, int HoldTokens, bool BesideDecodes);

/// <summary>How a prompt's KV goes to host memory while it is computed.</summary>
/// <param name="HoldLayers">Layers on the GPU during the prefill, those in flight included; 0: all, of as many tokens as are held.</param>
/// <param name="KeptLayers">Layers that stay on the GPU.</param>
public readonly record struct PromptOffload(int HoldLayers, int KeptLayers);

/// <summary>One decision. The engine carries it out, checks it and asks again, until the answer is Run or Idle.</summary>
/// <remarks>Each kind has its own contents; reading those of another kind throws.</remarks>
public readonly struct Decision
{
    /// <summary>A horizon that ends only with what the engine watches itself: a completion, memory that runs out, an arrival.</summary>
    public const long Unlimited = 1L << 40;

    private readonly PromptPart _prompt;
    private readonly PromptOffload? _offload;
    private readonly long _horizon;
    private readonly bool _withDecodes;
    private readonly Blocked _blocked;

    private Decision(DecisionKind kind, in PromptPart prompt = default, in PromptOffload? offload = null)
    {
        Kind = kind;
        _prompt = prompt;
        _offload = offload;
    }

    private Decision(DecisionKind kind, Blocked blocked, bool withDecodes = false, long horizon = 0)
    {
        Kind = kind;
        _blocked = blocked;
        _withDecodes = withDecodes;
        _horizon = horizon;
    }

    public static Decision Preempt => new(DecisionKind.Preempt);

    public static Decision Resume => new(DecisionKind.Resume);

    public static Decision Reject => new(DecisionKind.Reject);

    public DecisionKind Kind { get; }

    /// <summary>Admit, Continue: what to compute.</summary>
    public PromptPart Prompt => Kind is DecisionKind.Admit or DecisionKind.Continue ? _prompt : throw Without("prompt");

    /// <summary>Admit: what goes to the host; null: nothing.</summary>
    public PromptOffload? Offload => Kind == DecisionKind.Admit ? _offload : throw Without("offload");

    /// <summary>Run: the decoding sequences take part.</summary>
    public bool WithDecodes => Kind == DecisionKind.Run ? _withDecodes : throw Without("batch");

    /// <summary>
    /// Run of decodes alone: for how many steps this same decision would be taken again if nothing but the decoding itself happened.
    /// 1 is always correct; <see cref="Unlimited"/> says "until a sequence completes, memory runs out or, with an empty queue,
    /// something arrives", which the engine watches itself.
    /// </summary>
    public long Horizon => Kind == DecisionKind.Run ? _horizon : throw Without("horizon");

    /// <summary>Run, Idle: why the head of the queue is not admitted.</summary>
    public Blocked Blocked => Kind is DecisionKind.Run or DecisionKind.Idle ? _blocked : throw Without("reason to wait");

    /// <param name="tokens">Prefill tokens to compute in this iteration.</param>
    /// <param name="holdTokens">Tokens to have memory for from now on.</param>
    /// <param name="besideDecodes">The decoding sequences take part in the iteration that the admission is for.</param>
    public static Decision Admit(int tokens, int holdTokens, bool besideDecodes = false) =>
        new(DecisionKind.Admit, new PromptPart(tokens, holdTokens, besideDecodes));

    /// <summary>Admits a prompt whole, its KV streamed to host memory.</summary>
    /// <param name="holdTokens">Tokens whose KV takes the room of the layers in flight.</param>
    public static Decision AdmitToHost(int tokens, int holdTokens) =>
        new(DecisionKind.Admit, new PromptPart(tokens, holdTokens, false), default(PromptOffload));

    /// <summary>Admits a prompt whole, some of its layers kept and the others offloaded to host memory as they are computed.</summary>
    public static Decision AdmitByLayer(int tokens, int holdLayers, int keptLayers) =>
        new(DecisionKind.Admit, new PromptPart(tokens, tokens, false), new PromptOffload(holdLayers, keptLayers));

    public static Decision Continue(int tokens, int holdTokens) => new(DecisionKind.Continue, new PromptPart(tokens, holdTokens, true));

    public static Decision Idle(Blocked blocked) => new(DecisionKind.Idle, blocked);

    public static Decision Run(bool withDecodes, long horizon, Blocked blocked) => new(DecisionKind.Run, blocked, withDecodes, horizon);

    private InvalidOperationException Without(string content) => new($"a decision to {Kind} has no {content}");
}
