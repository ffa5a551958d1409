namespace ELLM.Sim.Memory;

/// <summary>What a sequence holds, written by the memory that gave it; the default holds nothing.</summary>
public struct KvGrant
{
    /// <summary>Units held since the last <see cref="IKvMemory.Admit"/> or <see cref="IKvMemory.Extend"/>, before any growth by
    /// decoding.</summary>
    public int Units;

    /// <summary>How a cache of prefixes knows the sequence; 0: not at all.</summary>
    public int Prefix;

    /// <summary>The layout's own: the one number it needs beside the units, or an index into what it keeps of each sequence.</summary>
    public long Handle;
}
