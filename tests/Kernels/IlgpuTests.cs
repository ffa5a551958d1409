using ELLM.Sim.Kernels.Backends.Ilgpu;
using ELLM.Sim.Kernels.Bodies;
using ELLM.Sim.Tests.Cli;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>The kernels that ILGPU compiles: on its CPU accelerator, and as PTX text for devices that are not here.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class IlgpuTests
{
    [Test]
    public void Every_kernel_agrees_with_its_body_on_the_CPU_accelerator() => Assert.That(KernelAgreement.FirstDifferenceOnCpu(), Is.Null);

    [Test]
    public void Check_says_that_no_GPU_was_used()
    {
        (int code, string output, _) = Ellm.Run("calibrate", "check");
        Assert.That((code, output), Is.EqualTo((0, "the kernels agree with their bodies on ILGPU's CPU accelerator; not run on a GPU\n")));
    }

    /// <summary>The check compares something: a table that sends a page elsewhere gives another result.</summary>
    [Test]
    public void Gather_through_another_table_differs()
    {
        using Context context = Context.Create(builder => builder.CPU(CPUDeviceKind.Nvidia));
        using CPUAccelerator accelerator = context.CreateCPUAccelerator(0);
        Vec16[] data = [.. Enumerable.Range(1, 8).Select(i => new Vec16((uint)i, 0, 0, 0))];
        using MemoryBuffer1D<Vec16, Stride1D.Dense> source = accelerator.Allocate1D(data), target = accelerator.Allocate1D<Vec16>(8);
        using MemoryBuffer1D<uint, Stride1D.Dense> table = accelerator.Allocate1D(new uint[] { 1, 0 });
        accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<Vec16>, ArrayView<uint>, int, long>(IlgpuKernels.Gather)(
            accelerator.DefaultStream, new KernelConfig(1, 32), source.View.BaseView, target.View.BaseView, table.View.BaseView, 2, 8);
        accelerator.Synchronize();
        Assert.That(target.GetAsArray1D(), Is.EqualTo((Vec16[])[.. data[4..], .. data[..4]]));
    }

    [TestCase(8, 0)]
    [TestCase(9, 0)]
    public void Kernels_become_PTX_with_vector_loads(int major, int minor)
    {
        CudaArchitecture architecture = new(major, minor);
        using Context context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        using PTXBackend backend = new(context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_78, null!);
        EntryPointDescription entry =
            EntryPointDescription.FromExplicitlyGroupedKernel(typeof(IlgpuKernels).GetMethod(nameof(IlgpuKernels.Copy))!);
        string ptx = ((PTXCompiledKernel)backend.Compile(entry, default)).PTXAssembly;
        Assert.That(ptx, Does.Contain("ld.global.v4.b32").And.Contain("st.global.v4.b32"));
    }

    [Test]
    public void Auto_says_in_one_line_why_the_driver_compiles_the_kernels()
    {
        using FakeCuda fake = new(64 << 20);
        using ScratchFolder folder = new();
        string[] measure = ["calibrate", "measure", "--suites", "vmm", "--minutes", "0.01", "--out", folder.In("raw.csv")];
        (int code, _, string said) = Ellm.Run(measure);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero, said);
            Assert.That(
                said.Split('\n').Count(line => line.StartsWith("kernels as PTX through the driver: ILGPU ", StringComparison.Ordinal)),
                Is.EqualTo(1), said);
            Assert.That(File.ReadAllText(folder.In("raw.csv")), Does.Contain("# backend: driver-ptx\n"));
            Assert.That(fake.Leaks, Is.Empty);
        }
    }

    [Test]
    public void Asked_for_ILGPU_where_it_does_not_run_is_one_line()
    {
        using FakeCuda fake = new(64 << 20);
        using ScratchFolder folder = new();
        (int code, string output, string error) = Ellm.Run("calibrate", "measure", "--backend", "ilgpu", "--out", folder.In("raw.csv"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, output), Is.EqualTo((2, "")));
            Assert.That(error.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(1).And.All.StartsWith("ellm: ILGPU "));
            Assert.That(folder.Entries(), Is.Empty);
            Assert.That(fake.Leaks, Is.Empty);
        }
    }

    [Test]
    public void Asked_for_PTX_says_nothing_of_ILGPU()
    {
        using FakeCuda fake = new(64 << 20);
        using ScratchFolder folder = new();
        (int code, _, string said) = Ellm.Run(
            "calibrate", "measure", "--backend", "ptx", "--suites", "vmm", "--minutes", "0.01", "--out", folder.In("raw.csv"));
        Assert.That((code, said.Contains("ILGPU", StringComparison.Ordinal)), Is.EqualTo((0, false)), said);
    }
}
