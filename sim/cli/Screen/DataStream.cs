namespace ELLM.Sim.Cli.Screen;

/// <summary>Standard output: what cannot be written there is an error of one line, told once.</summary>
/// <remarks>A full disk, a closed stream. A reader that has gone away (<c>| head</c>) is no error: the rest is dropped.</remarks>
internal sealed class DataStream(Func<Stream> open) : Stream
{
    private Stream? _target;
    private bool _broken;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="InputException">The first time that it cannot be written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_broken || buffer.IsEmpty)
            return;
        try
        {
            (_target ??= open()).Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _broken = true;
            throw new InputException($"standard output cannot be written: {e.Message}", e);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is held back here, and the console's stream holds nothing either.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
