using System.Globalization;

namespace ELLM.Sim.Files;

/// <summary>One process at a time writes a directory, or a journal in it; the second is told at once.</summary>
/// <remarks>
/// The operating system holds the lock (flock on Unix) and lets go of it when the process ends, however it ends: nothing stale can
/// hold up a later process. The owner's process id stands in a file beside it, for the message.
/// </remarks>
internal sealed class OwnerLock : IDisposable
{
    private const string LockExtension = ".lock", OwnerExtension = ".owner";

    private readonly FileStream _held;
    private readonly string? _removed;

    private OwnerLock(FileStream held, string? removed)
    {
        _held = held;
        _removed = removed;
    }

    /// <param name="path">Path without extension: <c>.lock</c> and <c>.owner</c> are put there.</param>
    /// <param name="directory">What the lock stands for, as the message names it.</param>
    /// <param name="advice">What the second can do.</param>
    /// <param name="leavesNothing">Remove both files at the end.</param>
    /// <exception cref="InputException">Another process holds it.</exception>
    public static OwnerLock Acquire(string path, string directory, string advice, bool leavesNothing = false)
    {
        FileStream held;
        try
        {
            FileOptions options = leavesNothing ? FileOptions.DeleteOnClose : FileOptions.None;
            held = new FileStream(path + LockExtension, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1,
                options);
        }
        catch (IOException e) when (IsHeld(e))
        {
            throw Taken(path, directory, advice);
        }
        try
        {
            // The owner before removes the file at its end, perhaps between our opening and our locking it.
            if (leavesNothing && !File.Exists(path + LockExtension))
                throw Taken(path, directory, advice);
            File.WriteAllText(path + OwnerExtension,
                string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} on {Environment.MachineName}\n"));
            return new OwnerLock(held, leavesNothing ? path + OwnerExtension : null);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_removed is not null)
            File.Delete(_removed);
        _held.Dispose();
    }

    private static InputException Taken(string path, string directory, string advice)
    {
        string owner = "unknown";
        try
        {
            owner = File.ReadAllText(path + OwnerExtension).Trim();
        }
        catch (IOException)
        {
            // It has not said yet who it is, or has just ended.
        }
        return new InputException($"{directory}: process {owner} is writing there: {advice}");
    }

    /// <summary>EAGAIN of Linux, of macOS, and the sharing violation of Windows.</summary>
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);
}
