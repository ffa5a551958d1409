using System.Numerics;

namespace ELLM.Sim.Serving;

/// <summary>Which sequence emits its last token in which decode step: a timing wheel of the next <see cref="Steps"/> steps.</summary>
/// <remarks>
/// A bucket holds the sequences whose last step is one step, in arrival order, as a ring through their slots; the step modulo the size
/// of the wheel is its index. One bit says whether a bucket holds any, one bit more whether any of 64 buckets does: the next
/// completion is found in two look-ups, and joining and leaving move no other sequence. Source: Varghese and Lauck, "Hashed and
/// hierarchical timing wheels", SOSP 1987, scheme 4.
/// </remarks>
internal sealed class CompletionWheel
{
    /// <summary>Outputs with more tokens left than this do not fit.</summary>
    public const int Steps = Words * 64;

    private const int Words = 64;
    private const int Mask = Steps - 1;
    private const int None = -1;

    /// <summary>The earliest sequence of each bucket.</summary>
    private readonly int[] _heads = new int[Steps];
    private readonly ulong[] _filled = new ulong[Words];
    private ulong _filledWords;
    private Link[] _links = new Link[64];

    public CompletionWheel() => Array.Fill(_heads, None);

    public bool IsEmpty => _filledWords == 0;

    /// <summary>The earliest sequence whose last step is that one, or -1.</summary>
    public int At(long step) => _heads[(int)(step & Mask)];

    /// <param name="lastStep">Less than <see cref="Steps"/> steps ahead.</param>
    public void Add(int slot, int request, long lastStep)
    {
        if (slot >= _links.Length)
            Array.Resize(ref _links, Math.Max(slot + 1, _links.Length * 2));
        int bucket = (int)(lastStep & Mask);
        int head = _heads[bucket];
        if (head < 0)
        {
            _links[slot] = new Link(slot, slot, request);
            _heads[bucket] = slot;
            _filled[bucket >> 6] |= 1UL << bucket;
            _filledWords |= 1UL << (bucket >> 6);
            return;
        }
        // Latest arrivals mostly join last: the place is sought from the end of the ring.
        int after = head, before = _links[head].Previous;
        while (_links[before].Request > request)
        {
            after = before;
            before = _links[before].Previous;
            if (after == head)
            {
                _heads[bucket] = slot;
                break;
            }
        }
        _links[slot] = new Link(before, after, request);
        _links[before].Next = slot;
        _links[after].Previous = slot;
    }

    /// <param name="lastStep">As it was added.</param>
    public void Remove(int slot, long lastStep)
    {
        int bucket = (int)(lastStep & Mask);
        Link link = _links[slot];
        if (link.Next != slot)
        {
            _links[link.Previous].Next = link.Next;
            _links[link.Next].Previous = link.Previous;
            if (_heads[bucket] == slot)
                _heads[bucket] = link.Next;
            return;
        }
        _heads[bucket] = None;
        ulong left = _filled[bucket >> 6] &= ~(1UL << bucket);
        if (left == 0)
            _filledWords &= ~(1UL << (bucket >> 6));
    }

    /// <summary>Steps from <paramref name="step"/> to the first bucket that holds a sequence; the wheel is not empty.</summary>
    public int StepsToNext(long step)
    {
        int at = (int)(step & Mask);
        int word = at >> 6;
        ulong bits = _filled[word] & (ulong.MaxValue << at);
        if (bits == 0)
        {
            // The words after this one, else around the wheel, up to the buckets before the first in this one.
            ulong later = _filledWords & ((ulong.MaxValue << word) << 1);
            word = BitOperations.TrailingZeroCount(later != 0 ? later : _filledWords);
            bits = _filled[word];
        }
        return ((word << 6) + BitOperations.TrailingZeroCount(bits) - at) & Mask;
    }

    /// <summary>Adds every sequence's slot to a list.</summary>
    public void CopyTo(List<int> slots)
    {
        for (ulong words = _filledWords; words != 0; words &= words - 1)
        {
            int word = BitOperations.TrailingZeroCount(words);
            for (ulong bits = _filled[word]; bits != 0; bits &= bits - 1)
                CopyBucket((word << 6) + BitOperations.TrailingZeroCount(bits), slots);
        }
    }

    private void CopyBucket(int bucket, List<int> slots)
    {
        int slot = _heads[bucket];
        do
        {
            slots.Add(slot);
            slot = _links[slot].Next;
        }
        while (slot != _heads[bucket]);
    }

    /// <summary>Neighbours in the ring of a bucket.</summary>
    private struct Link(int previous, int next, int request)
    {
        public int Previous = previous;
        public int Next = next;
        public readonly int Request = request;
    }
}
