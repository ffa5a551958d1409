namespace ELLM.Sim.Memory;

/// <summary>Where the pool of a layout that maps memory on demand is, bytes of one rank.</summary>
/// <param name="HeldBytes">Mapped for sequences, whether tokens fill it or not.</param>
/// <param name="IdleBytes">Mapped in ranges whose owner has ended.</param>
/// <param name="ActivationBytes">Mapped for activations; 0 where the boundary is fixed and the reserve lies outside the pool.</param>
/// <param name="FreeBytes">Mapped nowhere, what no whole chunk fits into included.</param>
/// <param name="Elastic">Activations come out of the same pool.</param>
public readonly record struct MappedMemory(long HeldBytes, long IdleBytes, long ActivationBytes, long FreeBytes, bool Elastic);
