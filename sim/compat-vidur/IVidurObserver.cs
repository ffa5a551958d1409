namespace ELLM.Sim.Compat.Vidur;

/// <summary>Watches a run in compatibility mode, in simulation order.</summary>
public interface IVidurObserver
{
    /// <summary>A batch was formed; it may wait for its stage. Its requests have not been updated yet.</summary>
    /// <param name="waiting">Requests left in the replica's queue.</param>
    void BatchScheduled(int replica, VidurBatch batch, int waiting, int usedBlocks);

    /// <summary>A batch left its last stage; its requests are up to date.</summary>
    void BatchEnded(int replica, VidurBatch batch, double time);
}
