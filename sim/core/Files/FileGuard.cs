namespace ELLM.Sim.Files;

/// <summary>Turns what the file system refuses into one line that says which file it was, and whether reading or writing failed.</summary>
public static class FileGuard
{
    /// <summary>Reads something; <see cref="InputException"/>s of the work itself pass through.</summary>
    /// <param name="what">The file as the message names it: its path, or an option and its path.</param>
    /// <param name="read">Opens, reads and closes.</param>
    /// <exception cref="InputException"><c>what: cannot be read: why</c></exception>
    public static T Reading<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"{what}: damaged or cut off gzip data: {FirstLine(e)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{what}: cannot be read: {FirstLine(e)}", e);
        }
    }

    /// <summary>Writes something; <see cref="InputException"/>s of the work itself pass through.</summary>
    /// <param name="what">The file or directory as the message names it.</param>
    /// <param name="write">Opens, writes and closes.</param>
    /// <exception cref="InputException"><c>what: cannot be written: why</c></exception>
    public static T Writing<T>(string what, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{what}: cannot be written: {FirstLine(e)}", e);
        }
    }

    /// <inheritdoc cref="Writing{T}"/>
    public static void Writing(string what, Action write) => Writing(what, () =>
    {
        write();
        return true;
    });

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0].TrimEnd('\r');
}
