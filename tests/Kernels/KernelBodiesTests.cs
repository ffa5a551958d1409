using ELLM.Sim.Cli.Options;
using ELLM.Sim.Kernels.Bodies;
using ELLM.Sim.Numerics;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>Every body against a loop that cannot be wrong, over odd sizes, thread counts and random page tables.</summary>
[TestFixture]
internal sealed unsafe class KernelBodiesTests
{
    private static readonly int[] Threads = [1, 3, 32, 100];

    [Test]
    public void Copy_any_size_and_threads_copies_every_element_once(
        [Values(0, 1, 5, 31, 257, 1003)] int count, [ValueSource(nameof(Threads))] int threads)
    {
        Vec16[] source = Data(count);
        Vec16[] target = new Vec16[count + 1];
        fixed (Vec16* from = source)
        fixed (Vec16* to = target)
        {
            for (int thread = 0; thread < threads; thread++)
                KernelBodies.Copy(new PointerView<Vec16>(from), new PointerView<Vec16>(to), count, thread, threads);
        }
        Assert.That(target, Is.EqualTo(source.Append(default)));
    }

    [Test]
    public void Gather_random_pages_takes_elements_from_their_pages(
        [Values(1, 63, 257, 1003)] int count, [Values(0, 2, 5)] int shift, [ValueSource(nameof(Threads))] int threads)
    {
        int pages = ((count - 1) >> shift) + 1;
        uint[] table = Table(pages);
        Vec16[] source = Data(pages << shift);
        Vec16[] target = new Vec16[count];
        fixed (Vec16* from = source)
        fixed (Vec16* to = target)
        fixed (uint* map = table)
        {
            for (int thread = 0; thread < threads; thread++)
                KernelBodies.Gather(new PointerView<Vec16>(from), new PointerView<Vec16>(to), new PointerView<uint>(map), shift, count,
                    thread, threads);
        }
        Vec16[] wanted = [.. Enumerable.Range(0, count).Select(i => source[((int)table[i >> shift] << shift) + (i % (1 << shift))])];
        Assert.That(target, Is.EqualTo(wanted));
    }

    [Test]
    public void Read_contiguous_and_paged_fold_every_element_once(
        [Values(0, 1, 63, 1003)] int count, [Values(0, 3)] int shift, [ValueSource(nameof(Threads))] int threads)
    {
        int pages = Math.Max(((count - 1) >> shift) + 1, 1);
        uint[] table = Table(pages);
        Vec16[] source = Data(pages << shift);
        uint[] plain = new uint[threads];
        uint[] paged = new uint[threads];
        fixed (Vec16* from = source)
        fixed (uint* map = table, first = plain, second = paged)
        {
            for (int thread = 0; thread < threads; thread++)
            {
                KernelBodies.ReadContiguous(new PointerView<Vec16>(from), new PointerView<uint>(first), count, thread, threads);
                KernelBodies.ReadPaged(new PointerView<Vec16>(from), new PointerView<uint>(map), new PointerView<uint>(second), shift,
                    count, thread, threads);
            }
        }
        uint wanted = Fold(Enumerable.Range(0, count).Select(i => source[i]));
        uint wantedPaged = Fold(Enumerable.Range(0, count).Select(i => source[((int)table[i >> shift] << shift) + (i % (1 << shift))]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plain.Aggregate(0u, (a, b) => a ^ b), Is.EqualTo(wanted));
            Assert.That(paged.Aggregate(0u, (a, b) => a ^ b), Is.EqualTo(wantedPaged));
        }
    }

    [Test]
    public void Touch_any_stride_writes_one_word_each(
        [Values(1, 7, 64)] int stride, [Values(1, 100, 1001)] int count, [ValueSource(nameof(Threads))] int threads)
    {
        uint[] words = new uint[count];
        fixed (uint* at = words)
        {
            for (int thread = 0; thread < threads; thread++)
                KernelBodies.Touch(new PointerView<uint>(at), count, stride, 0x80000000, thread, threads);
        }
        uint[] wanted = [.. Enumerable.Range(0, count).Select(i => i % stride == 0 ? 0x80000000 ^ (uint)(i / stride) : 0)];
        Assert.That(words, Is.EqualTo(wanted));
    }

    private static Vec16[] Data(int count)
    {
        RandomStream random = RandomStream.Named(7, "bodies");
        return [.. Enumerable.Range(0, count)
            .Select(_ => new Vec16((uint)random.NextBits(), (uint)random.NextBits(), (uint)random.NextBits(), (uint)random.NextBits()))];
    }

    /// <summary>Pages in random order, some more than once.</summary>
    private static uint[] Table(int pages)
    {
        RandomStream random = RandomStream.Named(8, "pages");
        return [.. Enumerable.Range(0, pages).Select(_ => (uint)random.NextBelow((ulong)pages))];
    }

    private static uint Fold(IEnumerable<Vec16> elements) => elements.Aggregate(0u, (all, one) => all ^ one.X ^ one.Y ^ one.Z ^ one.W);
}
