using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload.Clients;

/// <summary>The result file of one benchmark client.</summary>
internal interface IClientFormat
{
    /// <summary>Name of the client.</summary>
    string Client { get; }

    /// <summary>Takes one JSON object of the file.</summary>
    /// <exception cref="InputException">It does not hold what the client writes.</exception>
    void Read(ReadOnlyMemory<byte> json, RowPlace place, ClientRun into);
}
