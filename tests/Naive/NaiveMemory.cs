using ELLM.Sim.Memory;

namespace ELLM.Sim.Tests.Naive;

/// <summary>Where caches are kept, request by request.</summary>
internal abstract class NaiveMemory
{
    /// <summary>Whether an empty memory holds a request to its end.</summary>
    public abstract bool CouldHold(NaiveRequest request);

    /// <summary>Whether a request may begin.</summary>
    /// <param name="tokens">To have room for.</param>
    /// <param name="decoding">They take what their next token needs first.</param>
    public abstract Admission CanAdmit(NaiveRequest request, int tokens, IEnumerable<NaiveRequest> decoding);

    /// <summary>Room for that many tokens of a request.</summary>
    public abstract void Hold(NaiveRequest request, int tokens);

    public abstract bool CanHold(NaiveRequest request, int tokens, IEnumerable<NaiveRequest> decoding);

    /// <summary>Whether every decoding sequence finds room for its next token, one after the other.</summary>
    /// <param name="running">In order of arrival.</param>
    public abstract bool StepFits(IEnumerable<NaiveRequest> running);

    public abstract void Release(NaiveRequest request);

    /// <summary>Reserved whole at admission.</summary>
    public virtual bool ReservesWhole => false;
}

/// <summary>Blocks of a few tokens, each an object on a pile or in the hands of a request.</summary>
internal sealed class NaiveBlocks : NaiveMemory
{
    private readonly Stack<NaiveBlock> _free = new();
    private readonly int _all;
    private readonly int _blockTokens;
    private readonly int _watermark;
    private readonly BlockCheck _check;

    public NaiveBlocks(int blocks, int blockTokens, int watermark, BlockCheck check)
    {
        for (int i = 0; i < blocks; i++)
            _free.Push(new NaiveBlock());
        (_all, _blockTokens, _watermark, _check) = (blocks, blockTokens, watermark, check);
    }

    public override bool CouldHold(NaiveRequest request) => For(request.Planned) <= _all;

    public override Admission CanAdmit(NaiveRequest request, int tokens, IEnumerable<NaiveRequest> decoding)
    {
        if (_all - For(tokens) < _watermark)
            return Admission.Never;
        return _free.Count - decoding.Count(NeedsBlock) - For(tokens) >= _watermark ? Admission.Now : Admission.Later;
    }

    public override void Hold(NaiveRequest request, int tokens)
    {
        while (request.Blocks.Count < For(tokens))
            request.Blocks.Add(_free.Pop());
    }

    public override bool CanHold(NaiveRequest request, int tokens, IEnumerable<NaiveRequest> decoding) =>
        For(tokens) - request.Blocks.Count <= _free.Count - decoding.Count(NeedsBlock);

    /// <summary>By the rule of vLLM's V0 each running sequence wants to see a free block at its turn, whether it takes one or not; by
    /// the milder one only those that take it.</summary>
    public override bool StepFits(IEnumerable<NaiveRequest> running)
    {
        int free = _free.Count;
        foreach (NaiveRequest one in running)
        {
            bool takes = one.Decodes && NeedsBlock(one);
            if (free < 1 && (takes || _check == BlockCheck.Any))
                return false;
            free -= takes ? 1 : 0;
        }
        return true;
    }

    public override void Release(NaiveRequest request)
    {
        foreach (NaiveBlock block in request.Blocks)
            _free.Push(block);
        request.Blocks.Clear();
    }

    private bool NeedsBlock(NaiveRequest one) => For(one.Cached + 1) > one.Blocks.Count;

    private int For(int tokens) => (tokens + _blockTokens - 1) / _blockTokens;
}

/// <summary>One region a request, a power of two at a multiple of its size, split off larger ones and joined with its other half.</summary>
internal sealed class NaiveRegions : NaiveMemory
{
    private readonly List<(int Start, int Size)> _free = [];
    private readonly Dictionary<NaiveRequest, (int Start, int Size)> _held = [];
    private readonly int _largest;
    private readonly int _least;
    private readonly int _capacity;
    private readonly Func<NaiveRequest, int> _reserve;

    /// <param name="reserve">Tokens that a request asks for.</param>
    public NaiveRegions(int capacity, int least, Func<NaiveRequest, int> reserve)
    {
        (_capacity, _reserve, _least) = (capacity, reserve, 1);
        while (_least < least)
            _least *= 2;
        int start = 0;
        for (int size = 1 << 30; size >= _least; size /= 2)
        {
            if (start + (long)size > capacity)
                continue;
            _free.Add((start, size));
            _largest = Math.Max(_largest, size);
            start += size;
        }
    }

    public override bool ReservesWhole => true;

    public override bool CouldHold(NaiveRequest request) => _reserve(request) <= _largest;

    public override Admission CanAdmit(NaiveRequest request, int tokens, IEnumerable<NaiveRequest> decoding) =>
        !CouldHold(request) ? Admission.Never
        : _free.Any(r => r.Size >= SizeFor(request)) ? Admission.Now
        : Admission.Later;

    public override bool CanHold(NaiveRequest request, int tokens, IEnumerable<NaiveRequest> decoding) => tokens <= _held[request].Size;

    public override bool StepFits(IEnumerable<NaiveRequest> running) => true;

    public override void Hold(NaiveRequest request, int tokens)
    {
        if (_held.ContainsKey(request))
            return;
        int wanted = SizeFor(request);
        (int start, int size) = _free.Where(r => r.Size >= wanted).OrderBy(r => r.Size).ThenBy(r => r.Start).First();
        _free.Remove((start, size));
        for (; size > wanted; size /= 2)
            _free.Add((start + (size / 2), size / 2));
        _held[request] = (start, size);
    }

    public override void Release(NaiveRequest request)
    {
        (int start, int size) = _held[request];
        _held.Remove(request);
        while (true)
        {
            int other = start / size % 2 == 0 ? start + size : start - size;
            if (Math.Min(start, other) + (2L * size) > _capacity || !_free.Remove((other, size)))
                break;
            (start, size) = (Math.Min(start, other), 2 * size);
        }
        _free.Add((start, size));
    }

    private int SizeFor(NaiveRequest request)
    {
        int size = _least;
        while (size < _reserve(request))
            size *= 2;
        return size;
    }
}
