using System.Globalization;

namespace ELLM.Sim.Kernels.Driver;

/// <summary>A driver call failed. The message names the error, the call and its arguments on one line.</summary>
public sealed class CudaException : Exception
{
    public CudaException()
    {
    }

    public CudaException(string message)
        : base(message)
    {
    }

    public CudaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <param name="code">The CUresult.</param>
    /// <param name="name">Its name: <c>CUDA_ERROR_OUT_OF_MEMORY</c>.</param>
    /// <param name="text">What the driver says about it.</param>
    /// <param name="call">The call with its arguments: <c>cuMemCreate(2097152 bytes, device 0)</c>.</param>
    public CudaException(int code, string name, string text, string call)
        : base(string.Create(CultureInfo.InvariantCulture, $"{name} ({code}): {text}, in {call}"))
    {
        Code = code;
        Call = call;
    }

    public int Code { get; }

    public string Call { get; } = "";
}

/// <summary>There is nothing to measure on: no driver, no device, or one without what is needed. The CLI prints the message and
/// exits with 2.</summary>
public sealed class CudaUnavailableException : Exception
{
    public CudaUnavailableException()
    {
    }

    public CudaUnavailableException(string message)
        : base(message)
    {
    }

    public CudaUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
