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
    /// <summary>Nobody waits.</summary>
    None,

    /// <summary>A token budget, the batch limit or the running iteration.</summary>
    Compute,

    /// <summary>KV memory.</summary>
    Memory,
}

/// <summary>One decision. The engine carries it out, checks it and asks again, until the answer is Run or Idle.</summary>
/// <param name="Tokens">Admit, Continue: prefill tokens to compute in this iteration.</param>
/// <param name="HoldTokens">Admit, Continue: tokens to have memory for from now on.</param>
/// <param name="WithDecodes">Run: the decoding sequences take part. Admit: they will, in the iteration the admission is for.</param>
/// <param name="Horizon">
/// Run of decodes alone: for how many steps this same decision would be taken again if nothing but the decoding itself happened.
/// 1 is always correct; <see cref="Unlimited"/> says "until a sequence completes, memory runs out or, with an empty queue,
/// something arrives", which the engine watches itself.
/// </param>
/// <param name="Blocked">Run, Idle: why the head of the queue is not admitted.</param>
/// <param name="Streams">Admit: the prompt's KV goes to host memory as it is made; HoldTokens are those of the layers in flight.</param>
/// <param name="HoldLayers">Admit with Streams, by layer: layers on the GPU during the prefill, those in flight included; 0: all.</param>
/// <param name="KeptLayers">Admit with Streams, by layer: layers that stay on the GPU.</param>
public readonly record struct Decision(
    DecisionKind Kind,
    int Tokens = 0,
    int HoldTokens = 0,
    bool WithDecodes = false,
    long Horizon = 0,
    Blocked Blocked = Blocked.None,
    bool Streams = false,
    int HoldLayers = 0,
    int KeptLayers = 0)
{
    public const long Unlimited = 1L << 40;

    public static Decision Preempt => new(DecisionKind.Preempt);

    public static Decision Resume => new(DecisionKind.Resume);

    public static Decision Reject => new(DecisionKind.Reject);

    public static Decision Admit(int tokens, int holdTokens, bool besideDecodes = false) =>
        new(DecisionKind.Admit, tokens, holdTokens, besideDecodes);

    /// <summary>Admits a prompt whole, its KV streamed to host memory.</summary>
    public static Decision AdmitToHost(int tokens, int holdTokens) =>
        new(DecisionKind.Admit, tokens, holdTokens, Streams: true);

    /// <summary>Admits a prompt whole, some of its layers kept and the others offloaded to host memory as they are computed.</summary>
    public static Decision AdmitByLayer(int tokens, int holdLayers, int keptLayers) =>
        new(DecisionKind.Admit, tokens, tokens, Streams: true, HoldLayers: holdLayers, KeptLayers: keptLayers);

    public static Decision Continue(int tokens, int holdTokens) => new(DecisionKind.Continue, tokens, holdTokens);

    public static Decision Idle(Blocked blocked) => new(DecisionKind.Idle, Blocked: blocked);

    public static Decision Run(bool withDecodes, long horizon, Blocked blocked) =>
        new(DecisionKind.Run, WithDecodes: withDecodes, Horizon: horizon, Blocked: blocked);
}
