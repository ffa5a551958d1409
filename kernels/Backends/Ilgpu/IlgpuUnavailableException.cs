namespace ELLM.Sim.Kernels.Backends.Ilgpu;

/// <summary>ILGPU cannot run the kernels here; the message is one line that says why.</summary>
public sealed class IlgpuUnavailableException(string message, Exception? inner = null)
    : Exception(message.ReplaceLineEndings(" "), inner);
