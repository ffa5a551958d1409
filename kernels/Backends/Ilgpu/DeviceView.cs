using ELLM.Sim.Kernels.Bodies;
using ILGPU;

namespace ELLM.Sim.Kernels.Backends.Ilgpu;

/// <summary>An ILGPU view as the kernel bodies see memory. ILGPU inlines it away.</summary>
internal readonly struct DeviceView<T>(ArrayView<T> view) : IView<T>
    where T : unmanaged
{
    private readonly ArrayView<T> _view = view;

    public T this[long index]
    {
        get => _view[index];
        set => _view[index] = value;
    }
}
