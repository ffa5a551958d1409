using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

internal sealed class BuddyAllocatorTests
{
    [FsCheck.NUnit.Property(Replay = "59,61", MaxTest = 300)]
    public void Regions_never_overlap_and_join_back_to_what_was_there(int seed)
    {
        Random random = new(seed);
        int capacity = random.Next(0, 700);
        int smallest = 1 << random.Next(0, 6);
        BuddyAllocator buddies = new(capacity, smallest);
        int whole = buddies.LargestRegion;
        List<(int Start, int Size)> held = [];
        for (int i = 0; i < 200; i++)
        {
            int tokens = random.Next(1, 130);
            if (random.Next(5) < 3 && buddies.CanAllocate(tokens))
            {
                int size = buddies.RegionFor(tokens);
                int start = buddies.Allocate(tokens);
                Assert.That(size, Is.GreaterThanOrEqualTo(tokens));
                Assert.That(start % size, Is.Zero, "aligned");
                Assert.That(start, Is.GreaterThanOrEqualTo(0).And.LessThanOrEqualTo(capacity - size), "inside");
                Assert.That(held.All(h => h.Start + h.Size <= start || start + size <= h.Start), Is.True, "overlap");
                held.Add((start, size));
            }
            else if (held.Count > 0)
            {
                int at = random.Next(held.Count);
                buddies.Free(held[at].Start, held[at].Size);
                held.RemoveAt(at);
            }
            Assert.That(buddies.AllocatedTokens, Is.EqualTo(held.Sum(h => h.Size)));
        }
        foreach ((int start, int size) in held)
            buddies.Free(start, size);
        Assert.That(Regions(buddies, smallest), Is.EqualTo(Regions(new BuddyAllocator(capacity, smallest), smallest)));
        Assert.That(buddies.LargestRegion, Is.EqualTo(whole));
    }

    [Test]
    public void Allocate_fresh_takes_the_lowest_address_of_the_smallest_region_that_fits()
    {
        BuddyAllocator buddies = new(16 + 8 + 4, 4);
        int[] starts = [buddies.Allocate(3), buddies.Allocate(5), buddies.Allocate(1), buddies.Allocate(8)];
        Assert.That(starts, Is.EqualTo(new[] { 24, 16, 0, 8 }));
    }

    [Test]
    public void Free_with_its_buddy_taken_stays_apart()
    {
        BuddyAllocator buddies = new(16, 4);
        int first = buddies.Allocate(4);
        buddies.Allocate(4);
        buddies.Free(first, 4);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(buddies.CanAllocate(8), Is.True);
            Assert.That(buddies.CanAllocate(16), Is.False);
        }
    }

    [TestCase(0, 16, 0)]
    [TestCase(15, 16, 0)]
    [TestCase(31, 16, 16)]
    [TestCase(1000, 16, 512)]
    [TestCase(1024, 1, 1024)]
    public void Largest_region_any_capacity_is_its_leading_power_of_two(int capacity, int smallest, int largest)
    {
        BuddyAllocator buddies = new(capacity, smallest);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(buddies.LargestRegion, Is.EqualTo(largest));
            Assert.That(buddies.CanAllocate(largest + 1), Is.False);
            Assert.That(buddies.CanAllocate(int.MaxValue), Is.False);
        }
    }

    [Test]
    public void Allocate_no_room_throws()
    {
        BuddyAllocator buddies = new(8, 4);
        buddies.Allocate(8);
        Assert.That(() => buddies.Allocate(1), Throws.InvalidOperationException);
    }

    /// <summary>Everything there is to hand out, largest regions first.</summary>
    private static List<(int Start, int Size)> Regions(BuddyAllocator buddies, int smallest)
    {
        List<(int Start, int Size)> regions = [];
        for (int size = 1 << 20; size >= smallest; size /= 2)
        {
            while (buddies.CanAllocate(size))
                regions.Add((buddies.Allocate(size), size));
        }
        return regions;
    }
}
