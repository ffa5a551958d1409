using System.Globalization;

namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>One process at a time writes a journal.</summary>
/// <remarks>
/// The operating system holds the lock (flock on Unix) and lets go of it when the process ends, however it ends: nothing stale can
/// remain. The owner's process id stands in a file beside it, for the message alone.
/// </remarks>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _held;

    private OwnerLock(FileStream held)
    {
        _held = held;
    }

    /// <param name="path">Path without extension: <c>.lock</c> and <c>.owner</c> are put beside the journal.</param>
    /// <exception cref="InputException">Another process holds it.</exception>
    public static OwnerLock Acquire(string path, string directory)
    {
        string ownerFile = path + ".owner";
        FileStream held;
        try
        {
            held = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeld(e))
        {
            string owner = File.Exists(ownerFile) ? File.ReadAllText(ownerFile).Trim() : "unknown";
            throw new InputException($"{directory}: process {owner} is writing there: wait for it, or stop it; its points are kept", e);
        }
        try
        {
            File.WriteAllText(ownerFile, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} on {Environment.MachineName}\n"));
            return new OwnerLock(held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose() => _held.Dispose();

    /// <summary>EAGAIN of Linux, of macOS, and the sharing violation of Windows.</summary>
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);
}
