using System.Diagnostics;
using System.Runtime.InteropServices;
using ELLM.Sim.Kernels.Driver;
using ELLM.Sim.Tests.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>The fake driver of fakecuda/*.c: compiled once, loaded, and spoken to. A test that asks for it is ignored without a C
/// compiler.</summary>
internal sealed unsafe class FakeCuda : IDisposable
{
    public const int Devices = 0;
    public const int VirtualMemory = 1;
    public const int Capability = 2;
    public const int Sticky = 3;

    /// <summary>Kinds of things that can be alive, in the order of fakecuda.h.</summary>
    private static readonly string[] Kinds =
        ["reservations", "handles", "mappings", "allocations", "host allocations", "registrations", "streams", "events", "modules",
            "contexts"];

    private static readonly Lazy<string?> Library = new(() => Build("libfakecuda.so"));

    private readonly nint _library;
    private readonly string? _before = Environment.GetEnvironmentVariable(CudaLibrary.OverrideVariable);

    public FakeCuda(long deviceBytes = 24 << 20)
    {
        if (Library.Value is not { } path)
        {
            Assert.Ignore("no C compiler: the fake driver cannot be built");
            throw new UnreachableException();
        }
        Environment.SetEnvironmentVariable(CudaLibrary.OverrideVariable, path);
        _library = NativeLibrary.Load(path);
        ((delegate* unmanaged<ulong, void>)Export("fake_reset"))((ulong)deviceBytes);
    }

    public long Calls => ((delegate* unmanaged<long>)Export("fake_calls"))();

    public long UsedBytes => ((delegate* unmanaged<long>)Export("fake_used_bytes"))();

    public string BrokenRule => Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)Export("fake_broken_rule"))())!;

    /// <summary>Names of all calls so far.</summary>
    public string[] Log =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)Export("fake_log"))())!.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What is still alive, in words; empty when everything was given back.</summary>
    public string Leaks
    {
        get
        {
            delegate* unmanaged<int, int> count = (delegate* unmanaged<int, int>)Export("fake_alive_count");
            List<string> left = [];
            for (int kind = 0; kind < Kinds.Length; kind++)
            {
                if (count(kind) != 0)
                    left.Add($"{count(kind)} {Kinds[kind]}");
            }
            return string.Join(", ", left);
        }
    }

    /// <summary>Builds the library, or says null where there is no compiler.</summary>
    /// <param name="name">File name.</param>
    /// <param name="without">A source file to leave out.</param>
    public static string? Build(string name, string? without = null)
    {
        string folder = Path.Combine(RepositoryRoot.Find(), "tests", "Kernels", "fakecuda");
        string target = Path.Combine(TestContext.CurrentContext.WorkDirectory, name);
        string[] sources = [.. Directory.GetFiles(folder, "*.c").Where(source => Path.GetFileName(source) != without)];
        ProcessStartInfo start = new("cc", ["-std=gnu11", "-O2", "-shared", "-fPIC", "-o", target, .. sources, "-lpthread"])
        {
            RedirectStandardError = true,
        };
        try
        {
            using Process compiler = Process.Start(start)!;
            string said = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            return compiler.ExitCode == 0 ? target : throw new InvalidOperationException($"cc failed: {said}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    public void Set(int option, int value) => ((delegate* unmanaged<int, int, void>)Export("fake_set"))(option, value);

    public void FailAt(long call, int code) => ((delegate* unmanaged<long, int, void>)Export("fake_fail"))(call, code);

    public void FailAt(string name, long occurrence, int code)
    {
        nint text = Marshal.StringToCoTaskMemUTF8(name);
        ((delegate* unmanaged<nint, long, int, void>)Export("fake_fail_name"))(text, occurrence, code);
        Marshal.FreeCoTaskMem(text);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(CudaLibrary.OverrideVariable, _before);
        NativeLibrary.Free(_library);
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);
}
