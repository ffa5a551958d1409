using ELLM.Sim.Experiments.Sweeps.Results;
using ELLM.Sim.Files;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Files;

internal sealed class FileGuardTests
{
    private static readonly Func<int>[] Faults =
    [
        () => throw new IOException("why"),
        () => throw new FileNotFoundException("why"),
        () => throw new DirectoryNotFoundException("why"),
        () => throw new UnauthorizedAccessException("why\nand more"),
    ];

    [TestCaseSource(nameof(Faults))]
    public void A_message_says_whether_reading_or_writing_failed(Func<int> work)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => FileGuard.Reading("x", work), Throws.TypeOf<InputException>().With.Message.EqualTo("x: cannot be read: why"));
            Assert.That(() => FileGuard.Writing("x", work),
                Throws.TypeOf<InputException>().With.Message.EqualTo("x: cannot be written: why"));
        }
    }

    [Test]
    public void What_is_wrong_inside_a_file_is_said_by_its_reader()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => FileGuard.Reading<int>("x", () => throw new InputException("x:3: own words")),
                Throws.TypeOf<InputException>().With.Message.EqualTo("x:3: own words"));
            Assert.That(() => FileGuard.Reading<int>("x", () => throw new InvalidDataException("why")),
                Throws.TypeOf<InputException>().With.Message.EqualTo("x: damaged or cut off gzip data: why"));
            Assert.That(() => FileGuard.Reading<int>("x", () => throw new InvalidOperationException("a bug")),
                Throws.InvalidOperationException);
        }
    }

    /// <summary>A file that another process holds for itself cannot be read.</summary>
    [TestCase("plan.json")]
    [TestCase("journal/shard-00000-of-00001.jsonl")]
    public void A_sweep_that_cannot_be_read_does_not_speak_of_writing(string name)
    {
        using ScratchFolder folder = new();
        string experiment =
            folder.File("small.json",
                """{ "name": "small", "base": { "trace": "azure-chat", "limit": 20 }, "grid": { "policy": ["vllm"], "rate": [1] } }""");
        (int code, _, string error) = Ellm.Run("sweep", experiment, "--out", folder.In("d"), "--quiet");
        Assert.That(code, Is.Zero, error);
        using FileStream held = new(folder.In("d/" + name), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        (code, _, error) = Ellm.Run("sweep", "status", folder.In("d"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(error, Does.Contain($"{name}: cannot be read: ").And.Not.Contains("written"));
        }
        Assert.That(() => SweepDirectory.Read(folder.In("d")), Throws.TypeOf<InputException>());
    }
}
