using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

internal sealed class SequenceTableTests
{
    [FsCheck.NUnit.Property(Replay = "103,107", MaxTest = 200)]
    public void Running_sequences_are_linked_in_order_of_arrival_whatever_order_they_came_and_left_in(int seed)
    {
        Random random = new(seed);
        SequenceTable table = new();
        SortedDictionary<int, int> slotByRequest = [];
        for (int i = 0; i < 300; i++)
        {
            int request = random.Next(200);
            if (slotByRequest.TryGetValue(request, out int slot))
            {
                table.Unlink(slot);
                table.Close(slot);
                slotByRequest.Remove(request);
            }
            else
            {
                slotByRequest[request] = slot = table.Open(request);
                table.Link(slot);
            }
            Assert.That(Forward(table), Is.EqualTo(slotByRequest.Keys));
            Assert.That(Backward(table), Is.EqualTo(slotByRequest.Keys.Reverse()));
            Assert.That(table.RunningCount, Is.EqualTo(slotByRequest.Count));
        }
    }

    [Test]
    public void Open_a_returned_slot_is_blank_but_keeps_its_version()
    {
        SequenceTable table = new();
        int slot = table.Open(1);
        table[slot].Version = 5;
        table[slot].Emitted = 9;
        table.Close(slot);
        Assert.That(table.Open(2), Is.EqualTo(slot));
        Assert.That((table[slot].Version, table[slot].Emitted, table[slot].Request), Is.EqualTo((5, 0, 2)));
    }

    private static List<int> Forward(SequenceTable table)
    {
        List<int> requests = [];
        for (int slot = table.First; slot >= 0; slot = table.NextOf(slot))
            requests.Add(table[slot].Request);
        return requests;
    }

    private static List<int> Backward(SequenceTable table)
    {
        List<int> requests = [];
        for (int slot = table.Last; slot >= 0; slot = table.PreviousOf(slot))
            requests.Add(table[slot].Request);
        return requests;
    }
}
