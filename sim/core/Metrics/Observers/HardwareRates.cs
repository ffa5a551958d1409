namespace ELLM.Sim.Metrics.Observers;

/// <summary>What utilisation is measured against: work per token of the model and peaks of the devices, both for one replica.</summary>
/// <param name="FlopsPerToken">Matrix multiplications of one token through all layers (2 per weight), FLOP.</param>
/// <param name="FlopsPerSample">LM head for one sampled token, FLOP.</param>
/// <param name="FlopsPerContextToken">Attention of one query token to one key over all layers, FLOP.</param>
/// <param name="WeightBytes">Weights that any iteration reads, all tensor-parallel ranks, bytes: of experts those of one token.</param>
/// <param name="KvBytesPerToken">K and V of one token over the layers that see all of it, all ranks, bytes.</param>
/// <param name="PeakFlopsPerS">Dense peak at the model's data type, all ranks, FLOP/s.</param>
/// <param name="PeakBytesPerS">Memory bandwidth, all ranks, bytes/s.</param>
/// <param name="KvPoolBytes">The KV pool of one rank, bytes.</param>
public readonly record struct HardwareRates(
    double FlopsPerToken,
    double FlopsPerSample,
    double FlopsPerContextToken,
    double WeightBytes,
    double KvBytesPerToken,
    double PeakFlopsPerS,
    double PeakBytesPerS,
    double KvPoolBytes = 0);
