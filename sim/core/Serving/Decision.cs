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

    /// <summary>The head of the queue waits in its place: look at the next for the rest of this round.</summary>
    Pass,
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
/// <remarks>
/// <para>Each kind has its own contents; reading those of another kind throws.</para>
/// <para>One is made for every span, so its contents share two words, which are returned in registers: a larger value would be
/// zeroed and copied on its way.</para>
/// </remarks>
public readonly struct Decision
{
    /// <summary>A horizon that ends only with what the engine watches itself: a completion, memory that runs out, an arrival.</summary>
    public const long Unlimited = 1L << 40;

    /// <summary>Places in <see cref="_what"/>: the kind is the lowest byte, the reason to wait the next one.</summary>
    private const int BlockedAt = 8, WithDecodesAt = 16, OffloadAt = 17, HoldLayersAt = 32, KeptLayersAt = 48;

    private readonly ulong _what;

    /// <summary>Run: the horizon. Admit, Continue: tokens to compute in the upper half, tokens to hold in the lower.</summary>
    private readonly long _amount;

    private Decision(ulong what, long amount = 0)
    {
        _what = what;
        _amount = amount;
    }

    public static Decision Preempt => new((ulong)DecisionKind.Preempt);

    public static Decision Resume => new((ulong)DecisionKind.Resume);

    public static Decision Reject => new((ulong)DecisionKind.Reject);

    public static Decision Pass => new((ulong)DecisionKind.Pass);

    public DecisionKind Kind => (DecisionKind)(_what & byte.MaxValue);

    /// <summary>Admit, Continue: what to compute.</summary>
    public PromptPart Prompt => Kind is DecisionKind.Admit or DecisionKind.Continue
        ? new PromptPart((int)(_amount >> 32), (int)(_amount & int.MaxValue), Has(WithDecodesAt))
        : throw Without("prompt");

    /// <summary>Admit: what goes to the host; null: nothing.</summary>
    public PromptOffload? Offload => Kind != DecisionKind.Admit ? throw Without("offload")
        : Has(OffloadAt) ? new PromptOffload(Layers(HoldLayersAt), Layers(KeptLayersAt))
        : null;

    /// <summary>Run: the decoding sequences take part.</summary>
    public bool WithDecodes => Kind == DecisionKind.Run ? Has(WithDecodesAt) : throw Without("batch");

    /// <summary>
    /// Run of decodes alone: for how many steps this same decision would be taken again if nothing but the decoding itself happened.
    /// 1 is always correct; <see cref="Unlimited"/> says "until a sequence completes, memory runs out or, with an empty queue,
    /// something arrives", which the engine watches itself.
    /// </summary>
    public long Horizon => Kind == DecisionKind.Run ? _amount : throw Without("horizon");

    /// <summary>Run, Idle: why the head of the queue is not admitted.</summary>
    public Blocked Blocked => Kind is DecisionKind.Run or DecisionKind.Idle
        ? (Blocked)((_what >> BlockedAt) & byte.MaxValue)
        : throw Without("reason to wait");

    /// <param name="tokens">Prefill tokens to compute in this iteration.</param>
    /// <param name="holdTokens">Tokens to have memory for from now on.</param>
    /// <param name="besideDecodes">The decoding sequences take part in the iteration that the admission is for.</param>
    public static Decision Admit(int tokens, int holdTokens, bool besideDecodes = false) =>
        new((ulong)DecisionKind.Admit | Flag(WithDecodesAt, besideDecodes), Both(tokens, holdTokens));

    /// <summary>Admits a prompt whole, its KV streamed to host memory.</summary>
    /// <param name="holdTokens">Tokens whose KV takes the room of the layers in flight.</param>
    public static Decision AdmitToHost(int tokens, int holdTokens) =>
        new((ulong)DecisionKind.Admit | Flag(OffloadAt, true), Both(tokens, holdTokens));

    /// <summary>Admits a prompt whole, some of its layers kept and the others offloaded to host memory as they are computed.</summary>
    public static Decision AdmitByLayer(int tokens, int holdLayers, int keptLayers)
    {
        ulong layers = ((ulong)checked((ushort)holdLayers) << HoldLayersAt) | ((ulong)checked((ushort)keptLayers) << KeptLayersAt);
        return new((ulong)DecisionKind.Admit | Flag(OffloadAt, true) | layers, Both(tokens, tokens));
    }

    public static Decision Continue(int tokens, int holdTokens) =>
        new((ulong)DecisionKind.Continue | Flag(WithDecodesAt, true), Both(tokens, holdTokens));

    public static Decision Idle(Blocked blocked) => new((ulong)DecisionKind.Idle | ((ulong)blocked << BlockedAt));

    public static Decision Run(bool withDecodes, long horizon, Blocked blocked) =>
        new((ulong)DecisionKind.Run | ((ulong)blocked << BlockedAt) | Flag(WithDecodesAt, withDecodes), horizon);

    private static long Both(int tokens, int holdTokens) => ((long)tokens << 32) | checked((uint)holdTokens);

    private static ulong Flag(int at, bool set) => set ? 1UL << at : 0;

    private int Layers(int at) => (int)((_what >> at) & ushort.MaxValue);

    private bool Has(int at) => ((_what >> at) & 1) != 0;

    private InvalidOperationException Without(string content) => new($"a decision to {Kind} has no {content}");
}
