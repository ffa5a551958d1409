using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Trust;

/// <summary>Whatever a preset or an experiment is called, its files stay in their folder.</summary>
internal sealed class FileNamesTests
{
    [TestCase("vllm")]
    [TestCase("vllm-v1")]
    [TestCase("my policy (2)")]
    [TestCase("größe=8")]
    [TestCase("a.b")]
    public void A_plain_name_is_its_own(string name) => Assert.That(FileNames.Of(name), Is.EqualTo(name));

    [TestCase("../../../evil")]
    [TestCase("..")]
    [TestCase(".")]
    [TestCase("")]
    [TestCase("/etc/cron.d/evil")]
    [TestCase("C:\\evil")]
    [TestCase(".hidden")]
    [TestCase("dots..")]
    [TestCase("nul")]
    [TestCase("COM1.txt")]
    [TestCase("a\u001b[2Jb")]
    [TestCase("a\u202Eb")]
    [TestCase("a\0b")]
    public void Any_other_name_becomes_one_part_of_a_path(string name) => Assert.That(IsOnePart(FileNames.Of(name)), FileNames.Of(name));

    [Test]
    public void Every_text_becomes_one_part_of_a_path_and_two_texts_never_the_same()
    {
        Prop.ForAll<string?, string?>((one, other) =>
        {
            string first = FileNames.Of(one ?? ""), second = FileNames.Of(other ?? "");
            return IsOnePart(first) && IsOnePart(second) && (one ?? "") == (other ?? "") == (first == second);
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void A_name_that_is_taken_gets_another()
    {
        Assert.That(FileNames.Of("figures", "figures"), Does.StartWith("figures-"));
        Assert.That(FileNames.Of("Figures", "figures"), Does.StartWith("Figures-"));
    }

    [Test]
    public void Long_names_are_cut_and_told_apart()
    {
        string long1 = new string('x', 5000) + "1", long2 = new string('x', 5000) + "2";
        Assert.That(FileNames.Of(long1), Has.Length.LessThan(100).And.Not.EqualTo(FileNames.Of(long2)));
    }

    private static bool IsOnePart(string name)
    {
        string folder = Path.GetFullPath(Path.Combine(Path.GetTempPath(), "a"));
        string full = Path.GetFullPath(Path.Combine(folder, name));
        return name.Length is > 0 and < 120 && Path.GetDirectoryName(full) == folder && name is not ("." or "..")
            && !name.Any(c => char.IsControl(c) || c is '/' or '\\' or ':');
    }
}
