using ELLM.Sim.Files;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Files;

internal sealed class FileReplacementTests
{
    [Test]
    public void A_file_is_replaced_and_nothing_is_left_beside_it()
    {
        using ScratchFolder folder = new();
        string path = folder.File("a.txt", "old");
        FileReplacement.Write(path, "new");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllBytes(path), Is.EqualTo("new"u8.ToArray()));
            Assert.That(folder.Entries(), Is.EqualTo(new[] { "a.txt" }));
        }
    }

    [Test]
    public void Folders_above_a_file_are_made()
    {
        using ScratchFolder folder = new();
        FileReplacement.Write(folder.In("new/folder/a.txt"), "x");
        Assert.That(File.ReadAllText(folder.In("new/folder/a.txt")), Is.EqualTo("x"));
    }

    [Test]
    public void A_failure_leaves_the_old_file_and_no_partial_one()
    {
        using ScratchFolder folder = new();
        string path = folder.File("a.txt", "old");
        InputException fault = Assert.Throws<InputException>(() => FileReplacement.Write(path, Broken, "--out a.txt"))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault.Message, Is.EqualTo("--out a.txt: cannot be written: no space"));
            Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
            Assert.That(folder.Entries(), Is.EqualTo(new[] { "a.txt" }));
        }
    }

    [Test]
    public void A_file_that_must_not_go_stays()
    {
        using ScratchFolder folder = new();
        string path = folder.File("a.txt", "old");
        Assert.That(() => FileReplacement.Write(path, s => s.WriteByte(1), overwrite: false), Throws.TypeOf<InputException>());
        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(folder.Entries(), Is.EqualTo(new[] { "a.txt" }));
    }

    [Test]
    public void Files_that_belong_together_change_together()
    {
        using ScratchFolder folder = new();
        folder.File("a", "old a");
        folder.File("b", "old b");
        Assert.That(() => FileReplacement.WriteAll(folder.Path, [("a", s => s.WriteByte((byte)'x')), ("b", Broken)]),
            Throws.TypeOf<IOException>());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllText(folder.In("a")), Is.EqualTo("old a"));
            Assert.That(folder.Entries(), Is.EqualTo(new[] { "a", "b" }));
        }
        FileReplacement.WriteAll(folder.Path, [("a", s => s.WriteByte((byte)'x')), ("b", s => s.WriteByte((byte)'y'))]);
        Assert.That(File.ReadAllText(folder.In("a")) + File.ReadAllText(folder.In("b")), Is.EqualTo("xy"));
    }

    /// <summary>Each writer is in the middle of its file while the other ones write theirs.</summary>
    [Test]
    public void Writers_of_one_file_do_not_mix()
    {
        const int Writers = 8, Bytes = 5000;
        using ScratchFolder folder = new();
        string path = folder.In("same.txt");
        using Barrier middle = new(Writers);
        Task[] writers = [.. Enumerable.Range(0, Writers)
            .Select(w => Task.Factory.StartNew(() => Write((byte)('a' + w)), TaskCreationOptions.LongRunning))];
        Task.WaitAll(writers);
        byte[] text = File.ReadAllBytes(path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(text, Has.Length.EqualTo(2 * Bytes));
            Assert.That(text.Distinct().Count(), Is.EqualTo(1), "bytes of several writers");
            Assert.That(folder.Entries(), Is.EqualTo(new[] { "same.txt" }));
        }

        void Write(byte letter)
        {
            byte[] half = [.. Enumerable.Repeat(letter, Bytes)];
            FileReplacement.Write(path, stream =>
            {
                stream.Write(half);
                middle.SignalAndWait();
                stream.Write(half);
            });
        }
    }

    [Test]
    public void A_link_stays_a_link()
    {
        using ScratchFolder folder = new();
        string file = folder.File("a.txt", "old");
        string link = folder.In("link.txt");
        try
        {
            File.CreateSymbolicLink(link, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Assert.Ignore("no links can be made here");
        }
        FileReplacement.Write(link, "new");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllText(file), Is.EqualTo("new"));
            Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo(file));
        }
    }

    [TestCase("/dev/null", ExpectedResult = true)]
    [TestCase("/dev/stdout", ExpectedResult = true)]
    [TestCase("/proc/self/fd/pipe:[7]", ExpectedResult = true)]
    [TestCase("/dev/shm/a.txt", ExpectedResult = false)]
    [TestCase("/data/dev/null", ExpectedResult = false)]
    public bool A_device_is_never_replaced(string path) => FileReplacement.IsDevice(path);

    [Test]
    public void What_killed_processes_left_is_found_and_nothing_else()
    {
        using ScratchFolder folder = new();
        string left = FileReplacement.PartialOf(folder.In("a.csv"));
        File.WriteAllText(left, "half");
        folder.File("a.csv.partial", "a user's own");
        folder.File(".hidden", "a user's own");
        Assert.That(FileReplacement.IsPartial(left), Is.True);
        FileReplacement.RemovePartials(folder.Path);
        Assert.That(folder.Entries(), Is.EqualTo(new[] { ".hidden", "a.csv.partial" }));
    }

    [Test]
    public void A_name_as_long_as_names_may_be_can_be_written()
    {
        using ScratchFolder folder = new();
        string name = new('é', 127);
        FileReplacement.Write(folder.In(name), "x");
        Assert.That(File.Exists(folder.In(name)), Is.True);
    }

    private static void Broken(Stream stream)
    {
        stream.WriteByte((byte)'x');
        throw new IOException("no space\nand a second line");
    }
}
