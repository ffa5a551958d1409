using System.Text;

namespace ELLM.Sim.Kernels.Driver;

/// <content>Streams, events, modules and launches.</content>
public sealed unsafe partial class CudaDriver
{
    private const uint NonBlockingStream = 1;
    private const int ErrorLogBuffer = 5;
    private const int ErrorLogSize = 6;
    private const int LogBytes = 8192;

    public nint StreamCreate()
    {
        nint stream;
        Check(_api.StreamCreate(&stream, NonBlockingStream), "cuStreamCreate(non-blocking)");
        return stream;
    }

    public void StreamDestroy(nint stream) => Check(_api.StreamDestroy(stream), $"cuStreamDestroy_v2(0x{stream:x})");

    public void StreamSynchronize(nint stream) => Check(_api.StreamSynchronize(stream), $"cuStreamSynchronize(0x{stream:x})");

    public nint EventCreate()
    {
        nint made;
        Check(_api.EventCreate(&made, 0), "cuEventCreate()");
        return made;
    }

    public void EventDestroy(nint e) => Check(_api.EventDestroy(e), $"cuEventDestroy_v2(0x{e:x})");

    public void EventRecord(nint e, nint stream) => Check(_api.EventRecord(e, stream), $"cuEventRecord(0x{e:x}, 0x{stream:x})");

    public void EventSynchronize(nint e) => Check(_api.EventSynchronize(e), $"cuEventSynchronize(0x{e:x})");

    public bool EventIsDone(nint e)
    {
        int code = _api.EventQuery(e);
        if (code == CudaResult.NotReady)
            return false;
        Check(code, $"cuEventQuery(0x{e:x})");
        return true;
    }

    public double EventElapsedMs(nint start, nint end)
    {
        float ms;
        Check(_api.EventElapsedTime(&ms, start, end), $"cuEventElapsedTime(0x{start:x}, 0x{end:x})");
        return ms;
    }

    public nint ModuleLoad(string ptx)
    {
        byte[] text = Encoding.ASCII.GetBytes(ptx + "\0");
        byte[] log = new byte[LogBytes];
        fixed (byte* image = text)
        fixed (byte* errors = log)
        {
            int* options = stackalloc int[] { ErrorLogBuffer, ErrorLogSize };
            nint* values = stackalloc nint[] { (nint)errors, LogBytes };
            nint module;
            int code = _api.ModuleLoadDataEx(&module, image, 2, options, values);
            if (code != CudaResult.Success)
            {
                string said = Encoding.UTF8.GetString(log).Split('\0')[0].ReplaceLineEndings(" ").Trim();
                throw Failure(code, $"cuModuleLoadDataEx({text.Length} bytes of PTX){(said.Length > 0 ? ": " + said : "")}");
            }
            return module;
        }
    }

    public void ModuleUnload(nint module) => Check(_api.ModuleUnload(module), $"cuModuleUnload(0x{module:x})");

    public nint ModuleFunction(nint module, string name)
    {
        byte[] text = Encoding.ASCII.GetBytes(name + "\0");
        fixed (byte* entry = text)
        {
            nint function;
            Check(_api.ModuleGetFunction(&function, module, entry), $"cuModuleGetFunction({name})");
            return function;
        }
    }

    public void Launch(nint function, LaunchShape shape, nint stream, ReadOnlySpan<ulong> arguments)
    {
        nint* pointers = stackalloc nint[Math.Max(arguments.Length, 1)];
        fixed (ulong* values = arguments)
        {
            for (int i = 0; i < arguments.Length; i++)
                pointers[i] = (nint)(values + i);
            Check(
                _api.LaunchKernel(function, (uint)shape.Blocks, 1, 1, (uint)shape.BlockThreads, 1, 1, 0, stream, pointers, null),
                $"cuLaunchKernel({shape.Blocks} x {shape.BlockThreads} threads)");
        }
    }
}
