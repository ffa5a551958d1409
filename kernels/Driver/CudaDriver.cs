using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ELLM.Sim.Kernels.Driver;

/// <summary>The driver of this machine.</summary>
public sealed unsafe partial class CudaDriver : ICudaDriver
{
    private readonly nint _library;
    private readonly CudaApi _api;

    private CudaDriver(nint library, string path)
    {
        _library = library;
        Name = path;
        _api = new CudaApi(library, path);
    }

    public string Name { get; }

    /// <summary>Opens the library and initialises the driver.</summary>
    /// <exception cref="CudaUnavailableException">No library, an unsuitable one, or no device behind it.</exception>
    public static CudaDriver Open()
    {
        (nint handle, string path) = CudaLibrary.Open();
        try
        {
            CudaDriver driver = new(handle, path);
            int code = driver._api.Init(0);
            if (code != CudaResult.Success)
            {
                string what = code == CudaResult.NoDevice ? "the CUDA driver found no device" : "the CUDA driver cannot start";
                throw new CudaUnavailableException($"{what}: {driver.Failure(code, "cuInit(0)").Message}");
            }
            return driver;
        }
        catch
        {
            NativeLibrary.Free(handle);
            throw;
        }
    }

    public int Version
    {
        get
        {
            int version;
            Check(_api.DriverGetVersion(&version), "cuDriverGetVersion()");
            return version;
        }
    }

    public int DeviceCount
    {
        get
        {
            int count;
            Check(_api.DeviceGetCount(&count), "cuDeviceGetCount()");
            return count;
        }
    }

    public int Device(int ordinal)
    {
        int device;
        Check(_api.DeviceGet(&device, ordinal), $"cuDeviceGet({ordinal})");
        return device;
    }

    public string DeviceName(int device)
    {
        byte* name = stackalloc byte[256];
        Check(_api.DeviceGetName(name, 256, device), $"cuDeviceGetName(device {device})");
        return Marshal.PtrToStringUTF8((nint)name) ?? "";
    }

    public int Attribute(DeviceAttribute attribute, int device)
    {
        int value;
        Check(_api.DeviceGetAttribute(&value, (int)attribute, device), $"cuDeviceGetAttribute({attribute}, device {device})");
        return value;
    }

    public long TotalMemory(int device)
    {
        nuint bytes;
        Check(_api.DeviceTotalMem(&bytes, device), $"cuDeviceTotalMem_v2(device {device})");
        return (long)bytes;
    }

    public nint RetainPrimaryContext(int device)
    {
        nint context;
        Check(_api.DevicePrimaryCtxRetain(&context, device), $"cuDevicePrimaryCtxRetain(device {device})");
        return context;
    }

    public void ReleasePrimaryContext(int device) =>
        Check(_api.DevicePrimaryCtxRelease(device), $"cuDevicePrimaryCtxRelease_v2(device {device})");

    public void SetCurrent(nint context) => Check(_api.CtxSetCurrent(context), $"cuCtxSetCurrent(0x{context:x})");

    public void Synchronize() => Check(_api.CtxSynchronize(), "cuCtxSynchronize()");

    public void Dispose() => NativeLibrary.Free(_library);

    /// <summary>Throws when a call failed; the text of the call is only made then.</summary>
    private void Check(int code, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("code")] ref CallText call)
    {
        if (code != CudaResult.Success)
            throw Failure(code, call.ToStringAndClear());
    }

    private void Check(int code, string call)
    {
        if (code != CudaResult.Success)
            throw Failure(code, call);
    }

    private CudaException Failure(int code, string call)
    {
        nint name = 0;
        nint text = 0;
        string named = _api.GetErrorName(code, &name) == CudaResult.Success ? Marshal.PtrToStringUTF8(name)! : "CUDA_ERROR";
        string said = _api.GetErrorString(code, &text) == CudaResult.Success ? Marshal.PtrToStringUTF8(text)! : "unknown error";
        return new CudaException(code, named, said, call);
    }

    /// <summary>An interpolated string that is not built while calls succeed: measuring allocates nothing.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    private readonly ref struct CallText
    {
        private readonly StringBuilder? _text;

        public CallText(int literalLength, int formattedCount, int code, out bool failed)
        {
            failed = code != CudaResult.Success;
            _text = failed ? new StringBuilder(literalLength + (formattedCount * 8)) : null;
        }

        public void AppendLiteral(string text) => _text?.Append(text);

        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => _text?.Append(value.ToString(format, CultureInfo.InvariantCulture));

        public void AppendFormatted(string value) => _text?.Append(value);

        public string ToStringAndClear() => _text?.ToString() ?? "";
    }
}
