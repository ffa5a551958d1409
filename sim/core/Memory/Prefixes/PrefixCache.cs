namespace ELLM.Sim.Memory.Prefixes;

/// <summary>Cached prefixes as a tenant of KV memory: whole units that are found again by what they hold.</summary>
/// <remarks>
/// <para>A unit (a block, or a chunk that all layers grow by) has a name once the iteration that fills it is scheduled: its tokens and
/// all before them. Sequences that hold it are counted; when the last of them has left it goes to the end of the
/// <see cref="FreeList"/>, a sequence's last unit first, keeps its name there until its memory is taken, and leaves the list when
/// a sequence finds it. A request finds the longest prefix whose units are all in memory, and never its last token, since an
/// iteration must compute something.</para>
/// <para>One unit has a name. A sequence that fills a unit which is there already (its prompt's last one, found whole) takes the name
/// over from a free unit; from one that others hold it does not, and names nothing behind it either.</para>
/// <para>What is kept is one record a run of tokens, however many units it has: a sequence that holds a unit holds all before it, so what
/// is cached of a run begins at its start, and so does what is held of it. Source: vLLM V1, block pool and KV cache manager.</para>
/// </remarks>
public sealed class PrefixCache
{
    private readonly PromptChains _prompts;
    private readonly KvGrowth _sizes;
    private readonly CachedRuns _runs;
    private readonly FreeList _free;
    private readonly HandleTable<PrefixHolder> _holders = new();

    /// <summary>Preempted requests: the run of their own tokens (-1: none), and tokens they had in memory.</summary>
    private readonly Dictionary<int, (int Run, int Tokens)> _preempted = [];
    private readonly List<int> _path = [];
    private PrefixCounters _counters;
    private long _named;
    private long _distinct;

    /// <param name="units">Units of the pool, where all that are free wait in one list; null: those without a name go first.</param>
    internal PrefixCache(PromptChains prompts, KvGrowth sizes, long? units)
    {
        _prompts = prompts;
        _sizes = sizes;
        _runs = new CachedRuns(prompts, sizes);
        _free = new FreeList(_runs, units);
        // 0 is no holder.
        _holders.Take();
    }

    public PrefixCounters Counters
    {
        get
        {
            PrefixCounters now = _counters;
            now.EvictedUnits = _free.Evicted;
            return now;
        }
    }

    /// <summary>Units that several sequences hold, once for each beyond the first.</summary>
    public long SharedUnits => _named - _distinct;

    /// <summary>Free units with a name.</summary>
    public long IdleUnits => _free.Named;

    /// <summary>Units that no sequence holds, with a name or without.</summary>
    public long FreeUnits => _free.Units;

    /// <summary>Tokens of <see cref="SharedUnits"/>.</summary>
    public long SharedTokens => _sizes.Tokens(SharedUnits);

    /// <summary>Tokens of <see cref="IdleUnits"/>.</summary>
    public long IdleTokens => _sizes.Tokens(IdleUnits);

    /// <summary>Tokens of a prompt that are in memory.</summary>
    /// <param name="promptTokens">Its length, what it generated before a preemption included.</param>
    public int Find(int request, int promptTokens) => (int)_sizes.Tokens(FindUnits(request, promptTokens).Units);

    /// <summary>A request has been admitted for the first time.</summary>
    public void Count(int promptTokens, int hitTokens)
    {
        _counters.Tokens += promptTokens;
        _counters.HitTokens += hitTokens;
        _counters.Units += _sizes.Filled(promptTokens);
        _counters.HitUnits += _sizes.Filled(hitTokens);
    }

    /// <summary>Tokens that a preempted request had in memory; 0 for any other.</summary>
    public int TokensBefore(int request) => _preempted.TryGetValue(request, out (int Run, int Tokens) before) ? before.Tokens : 0;

    /// <summary>The iteration that is being formed computes a sequence's tokens up to so many: the units that it fills can be found.</summary>
    /// <param name="holder">As <see cref="KvGrant.Prefix"/> has it; of 0 nothing is found.</param>
    public void Enter(int holder, int tokens)
    {
        if (holder == 0)
            return;
        ref PrefixHolder who = ref _holders[holder];
        who.Tokens = tokens;
        int end = (int)Math.Min(_sizes.Filled(tokens), _runs.End(who.Target));
        if (end <= who.Named || who.Apart)
            return;
        _path.Clear();
        for (int run = who.Target; run >= 0 && _runs.End(run) > who.Named; run = _runs[run].Parent)
        {
            if (_runs[run].First < end && _runs[run].Units > 0)
                _path.Add(run);
        }
        for (int i = _path.Count - 1; i >= 0 && !who.Apart; i--)
            Enter(holder, ref who, _path[i], end);
    }

    /// <summary>What a request would find, and how much of it is free.</summary>
    internal (int Units, int Free) FindUnits(int request, int promptTokens)
    {
        (int last, int found) = Match(request, promptTokens);
        int free = 0;
        for (int run = last; run >= 0 && _runs[run].Whole == 0; run = _runs[run].Parent)
        {
            ref CachedRun at = ref _runs[run];
            free += Math.Max(0, Math.Min(found - at.First, at.Units) - Held(run));
        }
        return (found, free);
    }

    /// <summary>A sequence is admitted: what it finds it holds from now on.</summary>
    private PrefixHold Hold(int request, int promptTokens)
    {
        (int run, int found) = Match(request, promptTokens);
        int holder = _holders.Take();
        ref PrefixHolder who = ref _holders[holder];
        who = new PrefixHolder { Request = request, Target = _prompts.LastRun(request), Run = -1 };
        who.Tokens = (int)_sizes.Tokens(found);
        int free = 0;
        who.Named = found;
        if (run >= 0 && _runs.IsOwn(run))
        {
            free = found - _runs[run].First;
            who.Named = _runs[run].First;
            _free.Hold(run, free);
            run = _runs[run].Parent;
        }
        ForgetOwn(request, free);
        while (run >= 0 && _runs[run].Units == 0)
            run = _runs[run].Parent;
        who.Run = run;
        for (; run >= 0; run = _runs[run].Parent)
            free += HoldRun(holder, run, who.Named);
        _named += who.Named;
        return new PrefixHold(holder, found, free);
    }

    /// <summary>A sequence gives up its memory. Returns the units that are free from now on, without a name and with one.</summary>
    /// <param name="units">All that it holds, those it shares included.</param>
    /// <param name="tokens">Tokens that it has in memory, where it has decoded; 0 otherwise.</param>
    /// <param name="returns">It is preempted and comes back: its own tokens can be found again.</param>
    internal (long Nameless, long Named) Release(int holder, long units, int tokens, bool returns)
    {
        if (holder == 0)
        {
            _free.AddNameless(units);
            return (units, 0);
        }
        ref PrefixHolder who = ref _holders[holder];
        tokens = Math.Max(tokens, who.Tokens);
        Enter(holder, tokens);
        long own = returns && !who.Apart && who.Named == _runs.End(who.Target) ? _sizes.Filled(tokens) - who.Named : 0;
        ForgetOwn(who.Request, 0);
        long nameless = units - who.Named - own;
        _free.AddNameless(nameless);
        long named = own;
        if (own > 0)
        {
            int run = _runs.Add(who.Target, (int)own);
            _free.Add(run, 0, (int)own);
            _preempted[who.Request] = (run, tokens);
        }
        else if (returns)
        {
            _preempted[who.Request] = (-1, tokens);
        }
        for (int run = who.Run; run >= 0; run = _runs[run].Parent)
            named += ReleaseRun(holder, run, who.Named);
        _named -= who.Named;
        _holders.Return(holder);
        return (nameless, named);
    }

    /// <summary>Units that the prompt finds and others hold: it needs no room for them. Those it finds beyond them it takes out of the
    /// free ones, as it does new ones.</summary>
    internal long AlreadyHeld(in KvDemand demand)
    {
        if (demand.PromptTokens == 0)
            return 0;
        (int found, int free) = FindUnits(demand.Request, demand.PromptTokens);
        return found - free;
    }

    /// <summary>What an admission takes over; nothing for a sequence that shares no prefix.</summary>
    internal PrefixHold Hold(in KvDemand demand) => demand.PromptTokens == 0 ? default : Hold(demand.Request, demand.PromptTokens);

    /// <summary>Free units are taken: what was cached in them is gone.</summary>
    internal void Take(long units) => _free.Take(units);

    /// <summary>The longest prefix of a request that is in memory: the run it ends in, and its units.</summary>
    private (int Run, int Units) Match(int request, int promptTokens)
    {
        int most = (int)_sizes.Filled(promptTokens - 1);
        int run = _preempted.TryGetValue(request, out (int Run, int Tokens) own) && own.Run >= 0 ? own.Run : _prompts.LastRun(request);
        for (; run >= 0; run = _runs[run].Parent)
        {
            ref CachedRun at = ref _runs[run];
            if (at.Cached > 0 && at.First < most)
                return (run, Math.Min(at.First + at.Cached, most));
        }
        return (-1, 0);
    }

    /// <summary>A sequence fills its units of a run.</summary>
    private void Enter(int holder, ref PrefixHolder who, int run, int end)
    {
        ref CachedRun at = ref _runs[run];
        int from = who.Named - at.First;
        int to = Math.Min(end - at.First, at.Units);
        if (from < at.Cached)
        {
            who.Apart = Held(run) > from;
            if (who.Apart)
                return;
            _free.Forget(run, Math.Min(at.Cached, to) - from);
        }
        _counters.RecomputedTokens += _sizes.Tokens(Math.Max(0, Math.Min(to, at.Ever) - Math.Max(from, at.Cached)));
        at.Cached = Math.Max(at.Cached, to);
        at.Ever = Math.Max(at.Ever, to);
        if (from > 0)
            LeavePartly(holder, run);
        if (to == at.Units)
            at.Whole++;
        else
            JoinPartly(holder, ref who, ref at);
        who.Named += to - from;
        who.Run = run;
        _named += to - from;
        _distinct += to - from;
    }

    /// <summary>Returns the units that leave the free list.</summary>
    private int HoldRun(int holder, int run, int named)
    {
        ref CachedRun at = ref _runs[run];
        int extent = Math.Min(named - at.First, at.Units);
        if (extent <= 0)
            return 0;
        int free = Math.Max(0, extent - Held(run));
        _free.Hold(run, free);
        _distinct += free;
        if (extent == at.Units)
            at.Whole++;
        else
            JoinPartly(holder, ref _holders[holder], ref at);
        return free;
    }

    /// <summary>Returns the units that join the free list.</summary>
    private int ReleaseRun(int holder, int run, int named)
    {
        ref CachedRun at = ref _runs[run];
        int extent = Math.Min(named - at.First, at.Units);
        if (extent <= 0)
            return 0;
        if (extent == at.Units)
            at.Whole--;
        else
            LeavePartly(holder, run);
        int held = Held(run);
        if (held >= extent)
            return 0;
        _free.Add(run, held, extent);
        _distinct -= extent - held;
        return extent - held;
    }

    /// <summary>Units of a run that any sequence holds.</summary>
    private int Held(int run)
    {
        ref CachedRun at = ref _runs[run];
        if (at.Whole > 0)
            return at.Units;
        int most = 0;
        for (int holder = at.Partly; holder != 0; holder = _holders[holder].Next)
            most = Math.Max(most, _holders[holder].Named - at.First);
        return most;
    }

    private static void JoinPartly(int holder, ref PrefixHolder who, ref CachedRun at)
    {
        who.Next = at.Partly;
        at.Partly = holder;
    }

    private void LeavePartly(int holder, int run)
    {
        ref int link = ref _runs[run].Partly;
        while (link != holder)
            link = ref _holders[link].Next;
        link = _holders[holder].Next;
    }

    /// <summary>The run of a request's own tokens is needed no more: what is left of it has no name.</summary>
    /// <param name="held">Units of it that its owner holds again.</param>
    private void ForgetOwn(int request, int held)
    {
        if (!_preempted.Remove(request, out (int Run, int Tokens) own) || own.Run < 0)
            return;
        _free.Forget(own.Run, _runs[own.Run].Cached - held);
        _runs.Remove(own.Run);
    }
}
