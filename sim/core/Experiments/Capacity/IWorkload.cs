using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>Requests that can be asked for at any rate, and drawn again and again: what a capacity search loads a deployment
/// with.</summary>
public interface IWorkload
{
    string Name { get; }

    /// <summary>Requests of each draw.</summary>
    int Count { get; }

    /// <summary>The workload at its own rate, first draw: what objectives and headers are made of.</summary>
    Trace Original { get; }

    /// <summary>Requests per second of <see cref="Original"/>.</summary>
    double OriginalRatePerS { get; }

    /// <summary>What a draw is, in words.</summary>
    string Draws { get; }

    /// <param name="ratePerS">Mean arrivals per second.</param>
    /// <param name="draw">From 0. The same draw at two rates has the same requests in the same order.</param>
    Trace At(double ratePerS, int draw);
}
