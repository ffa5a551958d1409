using System.Globalization;
using System.Text;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Fuzz;

/// <summary>No input, however broken, is an internal error: every reader answers with a value or with one line.</summary>
/// <remarks>A fixed range of inputs here; <c>ELLM_FUZZ=1000000</c> runs that many a surface.</remarks>
internal sealed class FuzzTests
{
    private static int Inputs =>
        int.TryParse(Environment.GetEnvironmentVariable("ELLM_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out int asked)
            ? asked : 20_000 / Surfaces.All.Count;

    private static IReadOnlyList<Surface> All => Surfaces.All;

    [TestCaseSource(nameof(All))]
    public void Good_inputs_are_read(Surface surface)
    {
        foreach (byte[] seed in surface.Seeds)
            Assert.That(() => surface.Read(seed), Throws.Nothing, Encoding.UTF8.GetString(seed));
    }

    [TestCaseSource(nameof(All))]
    public void Broken_inputs_are_a_value_or_one_line(Surface surface)
    {
        List<string> faults = [];
        for (int i = 0; i < Inputs && faults.Count < 5; i++)
        {
            byte[] input = Mutator.Input(surface, (ulong)i);
            if (surface.Fault(input) is string fault)
                faults.Add($"input {i}: {fault}\n{Encoding.UTF8.GetString(Shrinker.Smallest(surface, input))}");
        }
        Assert.That(faults.Count, Is.Zero, string.Join("\n\n", faults));
    }
}
