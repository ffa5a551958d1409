using System.Text.Json.Serialization;

namespace ELLM.Sim.Models;

/// <summary>The families of layers whose memory is a state.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StateKind>))]
public enum StateKind
{
    /// <summary>Gated DeltaNet: key heads share value heads.</summary>
    [JsonStringEnumMemberName("gated-delta-net")]
    GatedDeltaNet,

    /// <summary>State space with heads and groups (Mamba-2).</summary>
    [JsonStringEnumMemberName("mamba-2")]
    Mamba2,

    /// <summary>State space with a state for each channel (Mamba-1).</summary>
    [JsonStringEnumMemberName("mamba-1")]
    Mamba1,
}

/// <summary>Linear and state-space layers: what a sequence keeps does not grow with its length.</summary>
/// <remarks>
/// <para>State of a sequence and layer: the last inputs of a short convolution, and a matrix. GDN: (2 Hk dk + Hv dv) x (conv - 1) and
/// Hv dv dk; Mamba-2: (H P + 2 G N) x (conv - 1) and H P N; Mamba-1: inner x (conv - 1) and inner N.</para>
/// <para>Heads are split over tensor-parallel ranks; groups that do not divide are held by each.</para>
/// </remarks>
/// <param name="Heads">Value heads; Mamba-1: 1.</param>
/// <param name="HeadDim">Size of a value head; Mamba-1: the inner width.</param>
/// <param name="StateDim">dk or N: the other side of the matrix.</param>
/// <param name="Groups">Key heads or groups.</param>
/// <param name="Conv">Width of the convolution.</param>
/// <param name="ElementBytes">Of the matrix; the convolution's inputs have 2.</param>
public sealed record StateLayer(StateKind Kind, int Heads, int HeadDim, int StateDim, int Groups, int Conv, int ElementBytes)
{
    /// <summary>Channels of the values.</summary>
    [JsonIgnore]
    public long Inner => (long)Heads * HeadDim;

    /// <summary>Bytes that a sequence keeps in one layer on one rank.</summary>
    public long BytesPerSequence(int tensorParallel)
    {
        long inner = Inner / tensorParallel;
        return ConvWidth(tensorParallel) * (Conv - 1) * 2 + inner * StateDim * ElementBytes;
    }

    /// <summary>Channels that pass the convolution on one rank.</summary>
    public long ConvWidth(int tensorParallel)
    {
        long groups = Groups % tensorParallel == 0 ? Groups / tensorParallel : Math.Max(1, Groups);
        return Inner / tensorParallel + (Kind == StateKind.Mamba1 ? 0 : 2 * groups * StateDim);
    }

    /// <summary>Parameters of one layer on one rank: projections, convolution, and what each head or channel has of its own.</summary>
    public long Elements(int hidden, int tensorParallel)
    {
        long inner = Inner / tensorParallel;
        long heads = Math.Max(1, Heads / tensorParallel);
        long conv = ConvWidth(tensorParallel);
        long step = (hidden + 15) / 16;
        return Kind switch
        {
            StateKind.GatedDeltaNet => hidden * (conv + inner + 2 * heads) + conv * Conv + 2 * heads + HeadDim + inner * hidden,
            StateKind.Mamba2 => hidden * (conv + inner + heads) + conv * Conv + 3 * heads + inner + inner * hidden,
            _ => hidden * 2 * inner + inner * Conv + inner * (step + 2L * StateDim) + step * inner + inner * (StateDim + 1L)
                + inner * hidden,
        };
    }

    public bool CanShard(int tensorParallel) => Inner % tensorParallel == 0 && (Heads == 1 || Heads % tensorParallel == 0);
}
