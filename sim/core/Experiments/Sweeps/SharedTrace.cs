using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>A trace that several points replay: made when the first asks, forgotten when the last is done.</summary>
internal sealed class SharedTrace(WorkloadChoice choice, int points)
{
    private readonly Lock _lock = new();
    private Trace? _trace;
    private InputException? _fault;
    private int _left = points;

    public WorkloadChoice Choice => choice;

    /// <exception cref="InputException">It cannot be read; every point that asks hears the same.</exception>
    public Trace Get()
    {
        lock (_lock)
        {
            if (_fault is not null)
                throw new InputException(_fault.Message, _fault);
            try
            {
                return _trace ??= choice.Load();
            }
            catch (InputException e)
            {
                _fault = e;
                throw;
            }
        }
    }

    /// <summary>A point is done with it.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (--_left == 0)
                _trace = null;
        }
    }
}
