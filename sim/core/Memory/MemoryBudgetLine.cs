namespace ELLM.Sim.Memory;

/// <summary>One item of the budget, for <c>--verbose</c> and result files.</summary>
/// <param name="Name">The key that overrides it, or a plain name: <c>weights_bytes</c>.</param>
/// <param name="Value">In the unit the name ends with.</param>
/// <param name="Origin"><c>computed: …</c> with the arithmetic, or <c>override</c>.</param>
public sealed record MemoryBudgetLine(string Name, long Value, string Origin);
