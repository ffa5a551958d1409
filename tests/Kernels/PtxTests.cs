using System.Diagnostics;
using System.Text.RegularExpressions;
using ELLM.Sim.Kernels.Backends;
using ELLM.Sim.Tests.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>The PTX text, its source and the launches say the same.</summary>
[TestFixture]
internal sealed partial class PtxTests
{
    [Test]
    public void Entries_of_the_ptx_have_the_parameters_the_launches_pass()
    {
        Dictionary<string, int[]> found = Entries(PtxBackend.Text());
        Assert.That(found.Keys, Is.EquivalentTo(KernelNames.Parameters.Keys));
        foreach ((string name, int[] bits) in found)
            Assert.That(bits, Is.EqualTo(KernelNames.Parameters[name]), name);
    }

    [Test]
    public void Ptx_target_is_the_oldest_device_supported()
    {
        string text = PtxBackend.Text();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(text, Does.Contain(".target sm_80"));
            Assert.That(text, Does.Contain("ld.global.nc.v4.u32"), "16-byte loads");
            Assert.That(text, Does.Contain("st.global.v4.u32"), "16-byte stores");
        }
    }

    [Test]
    public void Ptx_is_what_its_source_compiles_to()
    {
        string folder = Path.Combine(RepositoryRoot.Find(), "kernels", "Backends");
        string? made =
            Compile("clang-14", "-x", "cuda", "--cuda-device-only", "--cuda-gpu-arch=sm_80", "-nocudainc", "-nocudalib", "-O3", "-S",
                Path.Combine(folder, "kernels.cu"), "-o", "-");
        if (made is not null)
        {
            Assert.That(WithoutComments(made), Is.EqualTo(WithoutComments(PtxBackend.Text())));
            return;
        }
        made = Compile("nvcc", "-arch=compute_80", "-ptx", Path.Combine(folder, "kernels.cu"), "-o", "/dev/stdout");
        if (made is null)
            Assert.Ignore("neither clang-14 nor nvcc: the PTX text is not compared with its source");
        Dictionary<string, int[]> entries = Entries(made!);
        foreach ((string name, int[] bits) in KernelNames.Parameters)
            Assert.That(entries[name], Is.EqualTo(bits), name);
    }

    private static Dictionary<string, int[]> Entries(string ptx)
    {
        Dictionary<string, int[]> found = [];
        foreach (Match entry in Entry().Matches(ptx))
            found[entry.Groups[1].Value] =
                [.. Parameter().Matches(entry.Groups[2].Value)
                    .Select(bits => int.Parse(bits.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))];
        return found;
    }

    private static string WithoutComments(string ptx) =>
        string.Join('\n', ptx.Split('\n').Select(line => line.Split("//")[0].TrimEnd()).Where(line => line.Length > 0));

    private static string? Compile(string compiler, params string[] arguments)
    {
        try
        {
            using Process running = Process.Start(new ProcessStartInfo(compiler, arguments) { RedirectStandardOutput = true })!;
            string text = running.StandardOutput.ReadToEnd();
            running.WaitForExit();
            return running.ExitCode == 0 ? text : throw new InvalidOperationException($"{compiler} failed");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\.visible \.entry (\w+)\(([^)]*)\)")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\.param \.u(\d+)")]
    private static partial Regex Parameter();
}
