namespace ELLM.Sim.Kernels.Bodies;

/// <summary>What each kernel does, one thread of it; the twin of kernels.cu, statement by statement.</summary>
/// <remarks>
/// All are grid-stride loops: thread <c>t</c> of <c>threads</c> takes elements t, t + threads, … . The four loads of a turn are
/// independent of each other, which is what keeps enough of them in flight. Page sizes are powers of two, given as their logarithm
/// in 16-byte elements, so that finding a page costs a shift. ILGPU compiles these methods; tests run them as they are.
/// </remarks>
public static class KernelBodies
{
    /// <summary>Writes one word every <paramref name="stride"/> words, so that every page behind the range is used once.</summary>
    public static void Touch<TWords>(TWords words, long count, long stride, uint value, long thread, long threads)
        where TWords : struct, IView<uint>
    {
        for (long i = thread; i * stride < count; i += threads)
            words[i * stride] = value ^ (uint)i;
    }

    /// <summary>Contiguous copy of <paramref name="count"/> elements.</summary>
    public static void Copy<TSource, TTarget>(TSource source, TTarget target, long count, long thread, long threads)
        where TSource : struct, IView<Vec16>
        where TTarget : struct, IView<Vec16>
    {
        long i = thread;
        for (; i + (3 * threads) < count; i += 4 * threads)
        {
            Vec16 a = source[i];
            Vec16 b = source[i + threads];
            Vec16 c = source[i + (2 * threads)];
            Vec16 d = source[i + (3 * threads)];
            target[i] = a;
            target[i + threads] = b;
            target[i + (2 * threads)] = c;
            target[i + (3 * threads)] = d;
        }
        for (; i < count; i += threads)
            target[i] = source[i];
    }

    /// <summary>Collects pages into contiguous memory: element i comes from page <c>table[i >> pageShift]</c>.</summary>
    public static void Gather<TSource, TTarget, TTable>(
        TSource source, TTarget target, TTable table, int pageShift, long count, long thread, long threads)
        where TSource : struct, IView<Vec16>
        where TTarget : struct, IView<Vec16>
        where TTable : struct, IView<uint>
    {
        long i = thread;
        for (; i + (3 * threads) < count; i += 4 * threads)
        {
            Vec16 a = source[At(table, pageShift, i)];
            Vec16 b = source[At(table, pageShift, i + threads)];
            Vec16 c = source[At(table, pageShift, i + (2 * threads))];
            Vec16 d = source[At(table, pageShift, i + (3 * threads))];
            target[i] = a;
            target[i + threads] = b;
            target[i + (2 * threads)] = c;
            target[i + (3 * threads)] = d;
        }
        for (; i < count; i += threads)
            target[i] = source[At(table, pageShift, i)];
    }

    /// <summary>Reads contiguous KV; the exclusive-or of what a thread read goes to its word of <paramref name="folded"/>.</summary>
    public static void ReadContiguous<TSource, TWords>(TSource kv, TWords folded, long count, long thread, long threads)
        where TSource : struct, IView<Vec16>
        where TWords : struct, IView<uint>
    {
        uint all = 0;
        long i = thread;
        for (; i + (3 * threads) < count; i += 4 * threads)
        {
            Vec16 a = kv[i];
            Vec16 b = kv[i + threads];
            Vec16 c = kv[i + (2 * threads)];
            Vec16 d = kv[i + (3 * threads)];
            all ^= a.Fold() ^ b.Fold() ^ c.Fold() ^ d.Fold();
        }
        for (; i < count; i += threads)
            all ^= kv[i].Fold();
        folded[thread] = all;
    }

    /// <summary>The same through a block table.</summary>
    public static void ReadPaged<TSource, TTable, TWords>(
        TSource kv, TTable table, TWords folded, int pageShift, long count, long thread, long threads)
        where TSource : struct, IView<Vec16>
        where TTable : struct, IView<uint>
        where TWords : struct, IView<uint>
    {
        uint all = 0;
        long i = thread;
        for (; i + (3 * threads) < count; i += 4 * threads)
        {
            Vec16 a = kv[At(table, pageShift, i)];
            Vec16 b = kv[At(table, pageShift, i + threads)];
            Vec16 c = kv[At(table, pageShift, i + (2 * threads))];
            Vec16 d = kv[At(table, pageShift, i + (3 * threads))];
            all ^= a.Fold() ^ b.Fold() ^ c.Fold() ^ d.Fold();
        }
        for (; i < count; i += threads)
            all ^= kv[At(table, pageShift, i)].Fold();
        folded[thread] = all;
    }

    private static long At<TTable>(TTable table, int pageShift, long i)
        where TTable : struct, IView<uint>
    {
        long page = table[i >> pageShift];
        return (page << pageShift) + (i & ((1L << pageShift) - 1));
    }
}
