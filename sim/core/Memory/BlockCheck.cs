namespace ELLM.Sim.Memory;

/// <summary>Which running sequences must find a free unit before a decode step.</summary>
public enum BlockCheck : byte
{
    /// <summary>Each one, whether it needs a block this step or not (vLLM up to 0.5: can_append_slots asks for one block a
    /// sequence).</summary>
    Any,

    /// <summary>Only those whose last block is full (vLLM V1: allocate_slots).</summary>
    Needed,
}
