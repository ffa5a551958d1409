using ELLM.Sim.Numerics;
using ELLM.Sim.Time;

namespace ELLM.Sim.Hardware.Calibration;

/// <summary>A calibration profile as the simulator asks it: picoseconds per call.</summary>
/// <remarks>
/// Deterministic on every machine. An operation that the profile lacks throws <see cref="InputException"/> naming profile and
/// operation the moment it is asked for, never a silent zero. Values do not change: ask once and keep them.
/// </remarks>
public sealed class DeviceCosts(CalibrationProfile profile)
{
    private const double BytesPerMib = 1 << 20;

    public CalibrationProfile Profile { get; } = profile;

    /// <summary>10^9 bytes a second from microseconds per MiB.</summary>
    public static double GbPerS(double perMibUs) => 1048.576 / perMibUs;

    public bool Has(CalibratedOp op) => Profile.Ops.ContainsKey(op.Key());

    /// <summary>Median of one call on <paramref name="items"/> items of <paramref name="itemBytes"/> each.</summary>
    /// <remarks>From the additive model, or from the table where the profile says so: a table holds calls on one item, so further
    /// items add the model's cost of an item to it.</remarks>
    public long MedianPs(CalibratedOp op, long itemBytes, int items = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(itemBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        CalibratedOperation known = Operation(op);
        double mib = itemBytes / BytesPerMib;
        double us = known.Use == CostSource.Table && known.Table is { } table
            ? At(table, mib) + ((items - 1) * (known.Cost.PerItemUs + (known.Cost.PerMibUs * mib)))
            : known.Cost.Us(items, mib * items);
        return SimTime.FromMicroseconds(Math.Max(us, 0)).Picoseconds;
    }

    /// <summary>The spread of an operation around its median.</summary>
    public QuantileCurve Quantiles(CalibratedOp op) => new(Operation(op).Quantiles);

    /// <summary>The link between the device and pinned host memory, in one direction.</summary>
    public LinkCost Link(CopyDirection direction)
    {
        CalibratedOp op = direction == CopyDirection.HostToDevice
            ? CalibratedOp.CopyHostToDevicePinned
            : CalibratedOp.CopyDeviceToHostPinned;
        CostCoefficients cost = Operation(op).Cost;
        if (cost.PerMibUs <= 0)
            throw new InputException($"calibration profile '{Profile.Name}': {op.Key()} has no rate (per_MiB_us is 0)");
        return new LinkCost(
            GbPerS(cost.PerMibUs),
            SimTime.FromMicroseconds(cost.FixedUs + cost.PerItemUs).Picoseconds,
            Factor(CalibrationFactors.CopyBidirectional));
    }

    /// <summary>The factor of that key (<see cref="CalibrationFactors"/>); 1 when the profile does not name it.</summary>
    public double Factor(string key) =>
        Profile.Factors is not null && Profile.Factors.TryGetValue(key, out CalibrationFactor? factor) ? factor.Value : 1;

    private CalibratedOperation Operation(CalibratedOp op) =>
        Profile.Ops.TryGetValue(op.Key(), out CalibratedOperation? known)
            ? known
            : throw new InputException($"calibration profile '{Profile.Name}' has no operation {op.Key()}");

    private static double At(IReadOnlyList<TablePoint> table, double mib)
    {
        if (mib <= table[0].Mib)
            return table[0].Us;
        int next = 1;
        while (next < table.Count - 1 && table[next].Mib < mib)
            next++;
        (TablePoint low, TablePoint high) = (table[next - 1], table[next]);
        double slope = DeterministicMath.Log(high.Us / low.Us) / DeterministicMath.Log(high.Mib / low.Mib);
        return low.Us * DeterministicMath.Exp(slope * DeterministicMath.Log(mib / low.Mib));
    }
}

public enum CopyDirection
{
    HostToDevice,
    DeviceToHost,
}

/// <summary>One direction of the host link.</summary>
/// <param name="GbPerS">Rate alone, 10^9 bytes a second.</param>
/// <param name="LatencyPs">Of one transfer, before its bytes.</param>
/// <param name="BothDirectionsFactor">Share of the rate that is left while the other direction is busy.</param>
public readonly record struct LinkCost(double GbPerS, long LatencyPs, double BothDirectionsFactor)
{
    /// <summary>Picoseconds one transfer takes.</summary>
    public long TransferPs(long bytes, bool otherDirectionBusy = false)
    {
        double rate = otherDirectionBusy ? GbPerS * BothDirectionsFactor : GbPerS;
        return checked(LatencyPs + SimTime.FromMicroseconds(bytes / (rate * 1000)).Picoseconds);
    }
}
