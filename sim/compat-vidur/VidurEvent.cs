namespace ELLM.Sim.Compat.Vidur;

internal enum VidurEventKind : byte
{
    Arrival,
    Route,
    Schedule,
    StageArrival,
    StageSchedule,
    StageEnd,
    BatchEnd,
}

/// <summary>Something that happens at a time; which fields count depends on the kind.</summary>
internal readonly record struct VidurEvent(
    VidurEventKind Kind, int Replica = 0, int Stage = 0, VidurBatch? Batch = null, VidurRequest? Request = null, double Duration = 0);
