using ELLM.Sim.Memory;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <content>Sequences whose layers are partly on the GPU and partly in host memory.</content>
public sealed partial class Replica
{
    /// <summary>Duration of the prefill iteration as prepared so far with the head of the queue in it.</summary>
    internal long PrefillPs
    {
        get
        {
            if (_chunkSlots.Count == _chunks.Length)
                Array.Resize(ref _chunks, _chunks.Length * 2);
            _chunks[_chunkSlots.Count] = new PrefillChunk(HeadTokens, 0, Samples: true);
            return _time.Mixed(_chunks.AsSpan(0, _chunkSlots.Count + 1), default);
        }
    }

    /// <summary>Least layers of the head's prompt that must stay so that the link has copied the others within a time; -1 when not even one would.</summary>
    internal int LayersToKeep(long withinPs)
    {
        if (_host is null)
            return -1;
        int tokens = HeadTokens;
        for (int kept = 0; kept < Limits.Layers; kept++)
        {
            if (_streamPs + _host.ToHostPs(HostBytes(tokens, Limits.Layers - kept)) <= withinPs)
                return kept;
        }
        return -1;
    }

    internal Admission CanAdmitHeadByLayer(int holdLayers, int keptLayers) => _memory.CanAdmit(
        Demand(_records[Queue.Head], HeadTokens) with { Layers = holdLayers, KeptLayers = keptLayers },
        Load(false, HeadTokens));

    internal bool HostFitsLayers(int tokens, int layers) => _host is not null && _host.Fits(HostBytes(tokens, layers));

    /// <summary>Bytes of that many layers of a prompt.</summary>
    private long HostBytes(int tokens, int layers) => tokens * _memory.BytesPerToken * layers / Limits.Layers;

    /// <summary>The layers on the GPU as tokens of all layers, rounded down.</summary>
    private int GpuTokens(int tokens, int awayLayers) => (int)((long)tokens * (Limits.Layers - awayLayers) / Limits.Layers);

    /// <summary>After its prefill a prompt keeps what did not go to the host.</summary>
    private void KeepLayers(ref Sequence sequence)
    {
        int kept = Limits.Layers - sequence.AwayLayers;
        if (kept == 0)
            return;
        KvDemand demand = Demand(_records[sequence.Request], sequence.PrefillTokens) with { Layers = kept, KeptLayers = kept };
        _memory.Admit(ref sequence.Grant, demand, Load(false, 0));
    }
}
