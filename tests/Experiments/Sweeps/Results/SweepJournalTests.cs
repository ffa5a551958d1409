using ELLM.Sim.Experiments.Sweeps.Results;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Sweeps.Results;

/// <summary>A journal holds whole lines, whatever happened to the process, the disk or the file.</summary>
internal sealed class SweepJournalTests
{
    [Test]
    public void Cut_at_any_byte_the_whole_lines_before_are_kept()
    {
        using ScratchFolder folder = new();
        byte[] whole = Written(folder, points: 3);
        int[] ends = [.. whole.Index().Where(b => b.Item == '\n').Select(b => b.Index + 1)];
        for (int cut = 0; cut <= whole.Length; cut++)
        {
            File.WriteAllBytes(folder.In("cut"), whole[..cut]);
            JournalContent content = SweepJournal.Read(folder.In("cut"), "e");
            Assert.That(content.Results.Select(r => r.Point), Is.EqualTo(Enumerable.Range(0, Math.Max(0, ends.Count(e => e <= cut) - 1))),
                $"cut at {cut}");
            Assert.That((content.ValidBytes, content.Damage),
                Is.EqualTo((ends.Where(e => e <= cut).DefaultIfEmpty(0).Max(), (string?)null)),
                "a torn last line is what a kill leaves: nothing to say");
        }
    }

    [Test]
    public void Damaged_in_the_middle_the_lines_before_are_kept_and_it_is_said()
    {
        using ScratchFolder folder = new();
        byte[] whole = Written(folder, points: 5);
        int start = Array.IndexOf(whole, (byte)'\n') + 1, third = start;
        for (int i = 0; i < 2; i++)
            third = Array.IndexOf(whole, (byte)'\n', third) + 1;
        for (int at = third; whole[at] != '\n'; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 1;
            File.WriteAllBytes(folder.In("damaged"), damaged);
            JournalContent content = SweepJournal.Read(folder.In("damaged"), "e");
            Assert.That(content.Results, Has.Count.EqualTo(2), $"byte {at}");
            Assert.That(content.Damage, Does.Contain(":4: damaged: the 2 points before it are kept"));
        }
    }

    [Test]
    public void Reopened_it_goes_on_behind_the_valid_lines()
    {
        using ScratchFolder folder = new();
        byte[] whole = Written(folder, points: 3);
        File.WriteAllBytes(folder.In("journal"), [.. whole[..^5], (byte)'x']);
        (SweepJournal journal, JournalContent content) = SweepJournal.Open(folder.In("journal"), "e");
        using (journal)
        {
            Assert.That(content.Results, Has.Count.EqualTo(2));
            journal.Append(Result(2));
        }
        Assert.That(File.ReadAllBytes(folder.In("journal")), Is.EqualTo(whole));
    }

    [Test]
    public void Of_another_experiment_nothing_is_kept()
    {
        using ScratchFolder folder = new();
        Written(folder, points: 2);
        JournalContent content = SweepJournal.Read(folder.In("journal"), "other");
        Assert.That((content.Results.Count, content.ValidBytes), Is.EqualTo((0, 0L)));
        Assert.That(content.Damage, Does.Contain("another experiment"));
    }

    /// <summary>The disk takes any number of bytes and then no more.</summary>
    [Test]
    public void On_a_full_disk_whole_lines_remain()
    {
        using ScratchFolder folder = new();
        byte[] whole = Written(folder, points: 3);
        for (int room = 80; room < whole.Length; room += 37)
        {
            using SmallDisk disk = new(room);
            int appended = 0;
            InputException? fault = null;
            try
            {
                SweepJournal journal = SweepJournal.Over("journal", disk, 0, "e");
                for (; appended < 3; appended++)
                    journal.Append(Result(appended));
            }
            catch (InputException e)
            {
                fault = e;
            }
            Assert.That(fault?.Message, Does.Contain("No space left").And.Contains("the same command goes on").And.Not.Contains("\n"));
            byte[] left = disk.ToArray();
            Assert.That(left, Is.EqualTo(whole[..left.Length]));
            Assert.That(left.Count(b => b == '\n'), Is.EqualTo(left.Length == 0 ? 0 : appended + 1));
            Assert.That(left.Length == 0 || left[^1] == '\n');
        }
    }

    internal static PointResult Result(int point) => new(
        point, ["vllm", "2"], ["chat", "vllm", "llama-3.1-8b", "a100-80", "1", "1", "1"], "00ff",
        [.. PointResult.MetricNames.Select(n => n == "verdict" ? "stable" : $"{point}.5")], null);

    private static byte[] Written(ScratchFolder folder, int points)
    {
        (SweepJournal journal, _) = SweepJournal.Open(folder.In("journal"), "e");
        using (journal)
        {
            for (int i = 0; i < points; i++)
                journal.Append(Result(i));
        }
        return File.ReadAllBytes(folder.In("journal"));
    }

    private sealed class SmallDisk(int room) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            int fits = (int)Math.Min(buffer.Length, room - Position);
            base.Write(buffer[..fits]);
            if (fits < buffer.Length)
                throw new IOException("No space left on device");
        }
    }
}
