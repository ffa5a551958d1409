using System.Numerics;

namespace ELLM.Sim.Memory;

/// <summary>Buddy allocation over a range of tokens: regions are powers of two and start at multiples of their size.</summary>
/// <remarks>
/// A capacity that is no power of two starts as the regions of its binary digits, largest first, down to the smallest region;
/// the remainder is lost. Allocation takes the lowest address of the smallest region that fits, so runs repeat to the byte.
/// Orca as re-implemented for PagedAttention's evaluation allocates this way (Kwon et al., SOSP 2023, section 6.1).
/// </remarks>
public sealed class BuddyAllocator
{
    private readonly SortedSet<int>[] _free;
    private readonly int _minOrder;
    private readonly int _capacity;

    public BuddyAllocator(int capacity, int minRegion)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(minRegion, 1);
        _minOrder = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)minRegion));
        _free = [.. Enumerable.Range(0, 31).Select(_ => new SortedSet<int>())];
        _capacity = capacity;
        int start = 0;
        for (int order = 30; order >= _minOrder; order--)
        {
            if ((capacity & (1 << order)) == 0)
                continue;
            _free[order].Add(start);
            start += 1 << order;
            LargestRegion = Math.Max(LargestRegion, 1 << order);
        }
    }

    /// <summary>Largest region an empty range can give, in tokens; 0 when there is none.</summary>
    public int LargestRegion { get; }

    public int AllocatedTokens { get; private set; }

    /// <summary>Size of the region that a request of <paramref name="tokens"/> tokens gets.</summary>
    public int RegionFor(int tokens) => 1 << OrderFor(tokens);

    public bool CanAllocate(int tokens)
    {
        if (tokens > LargestRegion)
            return false;
        for (int order = OrderFor(tokens); order < _free.Length; order++)
        {
            if (_free[order].Count > 0)
                return true;
        }
        return false;
    }

    /// <summary>Returns the first token of the region.</summary>
    public int Allocate(int tokens)
    {
        int wanted = OrderFor(tokens);
        int order = wanted;
        while (order < _free.Length && _free[order].Count == 0)
            order++;
        if (order == _free.Length)
            throw new InvalidOperationException($"no free region of {RegionFor(tokens)} tokens");
        int start = _free[order].Min;
        _free[order].Remove(start);
        while (order > wanted)
        {
            order--;
            _free[order].Add(start + (1 << order));
        }
        AllocatedTokens += 1 << wanted;
        return start;
    }

    /// <summary>Gives a region back and joins it with its buddy as long as that one is free too.</summary>
    public void Free(int start, int region)
    {
        AllocatedTokens -= region;
        int order = BitOperations.Log2((uint)region);
        while (order < 30)
        {
            int buddy = start ^ (1 << order);
            // The tail of a capacity that is no power of two has no buddy: joined, they would reach past the end.
            if (Math.Min(start, buddy) + (2L << order) > _capacity || !_free[order].Remove(buddy))
                break;
            start = Math.Min(start, buddy);
            order++;
        }
        _free[order].Add(start);
    }

    private int OrderFor(int tokens) =>
        Math.Max(_minOrder, BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, tokens))));
}
