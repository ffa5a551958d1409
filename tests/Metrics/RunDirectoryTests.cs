using System.Text;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class RunDirectoryTests
{
    [Test]
    public void Failure_while_writing_leaves_nothing()
    {
        using ScratchFolder folder = new();
        Assert.That(
            () => RunDirectory.Write(folder.In("run"), force: false, [("a", Text("x")), ("b", _ => throw new InvalidOperationException())]),
            Throws.InvalidOperationException);
        Assert.That(folder.Entries(), Is.Empty);
    }

    [Test]
    public void Failure_while_replacing_keeps_the_old_files()
    {
        using ScratchFolder folder = new();
        RunDirectory.Write(folder.In("run"), force: false, [("a", Text("old"))]);
        Assert.That(
            () => RunDirectory.Write(folder.In("run"), force: true,
                [("a", Text("new")), ("b", _ => throw new InvalidOperationException())]),
            Throws.InvalidOperationException);
        Assert.That(File.ReadAllText(folder.In("run/a")), Is.EqualTo("old"));
        Assert.That(folder.Entries(), Is.EqualTo(new[] { "run", "run/a" }));
    }

    [Test]
    public void Empty_directory_is_used_and_parents_are_made()
    {
        using ScratchFolder folder = new();
        Directory.CreateDirectory(folder.In("run"));
        RunDirectory.Write(folder.In("run"), force: false, [("a", Text("x"))]);
        RunDirectory.Write(folder.In("deep/er/run"), force: false, [("vllm/a", Text("x"))]);
        Assert.That(folder.Entries(),
            Is.EqualTo(new[] { "deep", "deep/er", "deep/er/run", "deep/er/run/vllm", "deep/er/run/vllm/a", "run", "run/a" }));
    }

    private static Action<Stream> Text(string text) => s => s.Write(Encoding.UTF8.GetBytes(text));
}
