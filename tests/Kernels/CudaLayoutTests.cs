using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ELLM.Sim.Kernels.Bodies;
using ELLM.Sim.Kernels.Driver;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>Sizes and offsets of cuda.h (CUDA 12.6) on 64-bit systems.</summary>
[TestFixture]
internal sealed class CudaLayoutTests
{
    [Test]
    public void Sizes_are_those_of_the_header()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Unsafe.SizeOf<MemLocation>(), Is.EqualTo(8));
            Assert.That(Unsafe.SizeOf<MemAllocationProp>(), Is.EqualTo(32));
            Assert.That(Unsafe.SizeOf<MemAccessDesc>(), Is.EqualTo(12));
            Assert.That(Unsafe.SizeOf<Vec16>(), Is.EqualTo(Vec16.Bytes));
        }
    }

    [TestCase(typeof(MemLocation), nameof(MemLocation.Type), 0)]
    [TestCase(typeof(MemLocation), nameof(MemLocation.Id), 4)]
    [TestCase(typeof(MemAllocationProp), nameof(MemAllocationProp.Type), 0)]
    [TestCase(typeof(MemAllocationProp), nameof(MemAllocationProp.RequestedHandleTypes), 4)]
    [TestCase(typeof(MemAllocationProp), nameof(MemAllocationProp.Location), 8)]
    [TestCase(typeof(MemAllocationProp), nameof(MemAllocationProp.Win32HandleMetaData), 16)]
    [TestCase(typeof(MemAllocationProp), nameof(MemAllocationProp.CompressionType), 24)]
    [TestCase(typeof(MemAllocationProp), nameof(MemAllocationProp.GpuDirectRdmaCapable), 25)]
    [TestCase(typeof(MemAllocationProp), nameof(MemAllocationProp.Usage), 26)]
    [TestCase(typeof(MemAllocationProp), nameof(MemAllocationProp.Reserved), 28)]
    [TestCase(typeof(MemAccessDesc), nameof(MemAccessDesc.Location), 0)]
    [TestCase(typeof(MemAccessDesc), nameof(MemAccessDesc.Flags), 8)]
    public void Offset_of_field_is_that_of_the_header(Type type, string field, int offset) =>
        Assert.That((int)Marshal.OffsetOf(type, field), Is.EqualTo(offset));
}
