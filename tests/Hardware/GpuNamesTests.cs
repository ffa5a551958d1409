using ELLM.Sim.Hardware;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Hardware;

internal sealed class GpuNamesTests
{
    [TestCase("A100", "a100-80")]
    [TestCase("a100-40", "a100-40")]
    [TestCase("A100-SXM4-40GB", "a100-40")]
    [TestCase("NVIDIA A100-SXM4-80GB", "a100-80")]
    [TestCase("A100 80G", "a100-80")]
    [TestCase("NVIDIA H100 80GB HBM3", "h100")]
    [TestCase("H200-141GB", "h200")]
    [TestCase("RTX4090", "rtx-4090")]
    [TestCase("NVIDIA GeForce RTX 4090", "rtx-4090")]
    [TestCase("NVIDIA RTX PRO 6000 Blackwell Server Edition", "rtx-pro-6000")]
    [TestCase("L40S", "l40s")]
    public void Names_as_drivers_and_people_write_them_are_understood(string text, string name) =>
        Assert.That(GpuCatalog.NameOf(text), Is.EqualTo(name));

    [TestCase("H100-40GB")]
    [TestCase("A1000")]
    [TestCase("100")]
    [TestCase("mine.json")]
    [TestCase("./A100")]
    public void Other_names_and_paths_stay_as_they_are(string text) => Assert.That(GpuCatalog.NameOf(text), Is.EqualTo(text));

    [Test]
    public void Every_shipped_name_is_its_own() => Assert.That(GpuCatalog.Names.Select(GpuCatalog.NameOf), Is.EqualTo(GpuCatalog.Names));
}
