using ELLM.Sim.Kernels.Driver;

namespace ELLM.Sim.Kernels.Vmm;

/// <summary>Gives things back so that one failure does not leak the rest.</summary>
/// <remarks>A call that fails is tried once more, since nothing else can free what it holds; the first failure is thrown at the
/// end.</remarks>
public sealed class Cleanup
{
    private CudaException? _first;

    public void Try(Action giveBack)
    {
        try
        {
            giveBack();
        }
        catch (CudaException fault)
        {
            _first ??= fault;
            Again(giveBack);
        }
    }

    /// <summary>Throws the first failure unless another exception is already on its way.</summary>
    public void Finish()
    {
        if (_first is { } fault)
            throw new CudaException(fault.Message, fault);
    }

    private static void Again(Action giveBack)
    {
        try
        {
            giveBack();
        }
        catch (CudaException)
        {
            // Lost for this process: the driver frees it with the context. The first failure is what gets reported.
        }
    }
}
