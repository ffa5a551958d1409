using ELLM.Sim.Memory;
using ELLM.Sim.Memory.Prefixes;

namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>A memory that refuses any order of calls but the one that <see cref="IKvMemory"/> states.</summary>
internal sealed class ProtocolMemory(IKvMemory inner) : IKvMemory
{
    /// <summary>What a sequence's grant has come to.</summary>
    private enum Stage
    {
        Held,
        Decoding,
        Left,
    }

    /// <summary>Sequences that hold memory, by the handle that this wrapper gives them.</summary>
    private readonly Dictionary<long, Owner> _owners = [];

    /// <summary>Room that a question has found since anything changed: tokens, layers, and for whom (0: a sequence without a
    /// grant).</summary>
    private readonly List<(long Owner, int Tokens, int Layers)> _found = [];
    private long _handles;
    private long _step;
    private int _decoding;

    /// <summary>An iteration with decodes runs, and for how many steps growth is promised to fit.</summary>
    private bool _running;
    private long _promised;

    /// <summary>Units that the last release gave back, while nothing else has changed.</summary>
    private long _released;

    public long CapacityTokens => inner.CapacityTokens;

    public long AllocatedTokens => inner.AllocatedTokens;

    public long BytesPerToken => inner.BytesPerToken;

    public long UsedUnits => inner.UsedUnits;

    public PrefixCache? Prefixes => inner.Prefixes;

    public long SharedUnits => inner.SharedUnits;

    public MappedMemory? Mapped => inner.Mapped;

    public long UnitsOf(in KvGrant grant, int tokens) => inner.UnitsOf(Inner(grant), tokens);

    public bool CouldHold(in KvDemand demand) => inner.CouldHold(demand);

    public Admission CanAdmit(in KvDemand demand, in IterationLoad load)
    {
        Admission answer = inner.CanAdmit(demand, load);
        if (answer == Admission.Now)
            _found.Add((0, demand.Tokens, demand.Layers));
        return answer;
    }

    public bool CanComplete(in KvGrant grant, in KvDemand demand, in IterationLoad load) =>
        Found(inner.CanComplete(Inner(grant), demand, load), grant, demand.Tokens);

    public bool CanExtend(in KvGrant grant, int tokens, in IterationLoad load) =>
        Found(inner.CanExtend(Inner(grant), tokens, load), grant, tokens);

    public void Admit(ref KvGrant grant, in KvDemand demand, in IterationLoad load)
    {
        Change("Admit");
        Owner? owner = grant.Handle == 0 ? null : OwnerOf(grant, "Admit", Stage.Held);
        (int tokens, int layers) = (demand.Tokens, demand.Layers);
        long handle = grant.Handle;
        bool found = _found.Any(room => room.Owner == handle && room.Tokens >= tokens && room.Layers == layers);
        long used = UsedUnits;
        owner ??= new Owner();
        inner.Admit(ref owner.Grant, demand, load);
        // What a prompt keeps of the layers it had needs no question, since it was part of what it gave back.
        Require(found || UsedUnits - used <= _released, $"Admit of {demand}: no question has found room for it");
        owner.Tokens = tokens;
        if (grant.Handle == 0)
            _owners.Add(grant.Handle = ++_handles, owner);
        Changed(ref grant, owner);
    }

    public void Extend(ref KvGrant grant, int tokens)
    {
        Change("Extend");
        Owner owner = OwnerOf(grant, "Extend", Stage.Held);
        long handle = grant.Handle;
        Require(tokens <= owner.Tokens || _found.Any(room => room.Owner == handle && room.Tokens >= tokens),
            $"Extend to {tokens}: no question has found room for it");
        inner.Extend(ref owner.Grant, tokens);
        owner.Tokens = Math.Max(tokens, owner.Tokens);
        Changed(ref grant, owner);
    }

    public void Join(ref KvGrant grant, int tokens)
    {
        Change("Join");
        Owner owner = OwnerOf(grant, "Join", Stage.Held);
        Require(tokens >= 1 && tokens <= owner.Tokens, $"Join with {tokens} tokens: {owner.Tokens} are held");
        inner.Join(ref owner.Grant, tokens);
        (owner.Stage, owner.Tokens, owner.JoinedAt) = (Stage.Decoding, tokens, _step);
        _decoding++;
        Changed(ref grant, owner);
    }

    public void Leave(ref KvGrant grant, int tokens)
    {
        Change("Leave");
        Owner owner = OwnerOf(grant, "Leave", Stage.Decoding);
        int grown = owner.Tokens + (int)(_step - owner.JoinedAt);
        Require(tokens == grown, $"Leave with {tokens} tokens: it has grown to {grown}");
        inner.Leave(ref owner.Grant, tokens);
        (owner.Stage, owner.Tokens) = (Stage.Left, grown);
        _decoding--;
        Changed(ref grant, owner);
    }

    public void Release(ref KvGrant grant, int tokens) => GiveBack(ref grant, tokens, "Release", inner.Release);

    public void Evict(ref KvGrant grant, int tokens) => GiveBack(ref grant, tokens, "Evict", inner.Evict);

    public int GrowingTokens(in KvGrant grant, int tokens) => inner.GrowingTokens(Inner(grant), tokens);

    public long Horizon(long maxSteps, int lastTokens, long stepPs)
    {
        long steps = inner.Horizon(maxSteps, lastTokens, stepPs);
        Require(steps >= 0 && steps <= maxSteps, $"Horizon of at most {maxSteps} steps answers {steps}");
        _promised = Math.Max(1, steps);
        return steps;
    }

    public long StartIteration(in IterationLoad load, long overlapPs)
    {
        Change("StartIteration");
        Require(!load.WithDecodes || _decoding > 0, "StartIteration with decodes: nothing decodes");
        _running = load.WithDecodes;
        _promised = 1;
        _found.Clear();
        return inner.StartIteration(load, overlapPs);
    }

    public void Advance(long steps, ref KvSpan span, bool watched)
    {
        Require(_running ? steps >= 1 && steps <= _promised : steps == 0,
            $"Advance by {steps} steps: {(_running ? $"{_promised} are promised" : "no iteration with decodes runs")}");
        inner.Advance(steps, ref span, watched);
        _running = false;
        _step += steps;
        _found.Clear();
    }

    private delegate void Give(ref KvGrant grant, int tokens);

    private void GiveBack(ref KvGrant grant, int tokens, string call, Give give)
    {
        Change(call);
        Owner owner = OwnerOf(grant, call, Stage.Held, Stage.Left);
        Require(
            owner.Stage == Stage.Left ? tokens == owner.Tokens : tokens <= owner.Tokens,
            $"{call} of {tokens} tokens: {owner.Tokens} are held");
        long used = UsedUnits;
        give(ref owner.Grant, tokens);
        _owners.Remove(grant.Handle);
        grant = default;
        _found.Clear();
        _released = used - UsedUnits;
    }

    private bool Found(bool answer, in KvGrant grant, int tokens)
    {
        if (answer)
            _found.Add((grant.Handle, tokens, 0));
        return answer;
    }

    private KvGrant Inner(in KvGrant grant) => grant.Handle == 0 ? default : _owners[grant.Handle].Grant;

    private Owner OwnerOf(in KvGrant grant, string call, params ReadOnlySpan<Stage> stages)
    {
        Require(_owners.TryGetValue(grant.Handle, out Owner? owner), $"{call} of a sequence that holds nothing");
        Require(stages.Contains(owner!.Stage), $"{call} of a sequence that is {owner.Stage}");
        return owner;
    }

    private void Change(string call) => Require(!_running, $"{call} while an iteration runs");

    private void Changed(ref KvGrant grant, Owner owner)
    {
        grant.Units = owner.Grant.Units;
        grant.Prefix = owner.Grant.Prefix;
        _found.Clear();
        _released = 0;
    }

    private static void Require(bool kept, string what)
    {
        if (!kept)
            throw new ProtocolException(what);
    }

    private sealed class Owner
    {
        public KvGrant Grant;

        public Stage Stage { get; set; }

        /// <summary>Tokens held, decode steps since it joined not counted.</summary>
        public int Tokens { get; set; }

        public long JoinedAt { get; set; }
    }
}

/// <summary>Memory was called in an order that its protocol does not have.</summary>
internal sealed class ProtocolException(string message) : Exception(message);
