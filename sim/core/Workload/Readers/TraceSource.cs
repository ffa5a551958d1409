using System.IO.Compression;
using System.Security.Cryptography;
using ELLM.Sim.Files;

namespace ELLM.Sim.Workload.Readers;

/// <summary>A trace's text: opened, hashed, decompressed, and refused when it is not text.</summary>
/// <remarks>The hash is of the bytes as stored. <see cref="Text"/> is UTF-8 without byte order mark.</remarks>
internal sealed class TraceSource : IDisposable
{
    private const int HeadBytes = 64 * 1024;

    private readonly Stream _stored;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Stream? _unpacked;
    private string? _storedHash;

    private TraceSource(string path, Stream stored)
    {
        Path = path;
        IsPipe = !stored.CanSeek || stored.Length == 0;
        GzipEnd end = new();
        Lines = new LineCounter(path);
        _stored = new ObservedStream(stored, bytes =>
        {
            _hash.AppendData(bytes);
            end.ObserveStored(bytes);
        });
        byte[] head = ReadHead(_stored);
        if (head.Length == 0)
            throw new InputException($"{path}: the file is empty, expected a request trace");
        RefuseByMagic(path, head);
        Stream text = new ReplayStream(head, _stored);
        if (head is [0x1f, 0x8b, ..])
        {
            Gzip = true;
            _unpacked = new ObservedStream(new GZipStream(text, CompressionMode.Decompress), end.ObserveText);
            head = ReadHead(_unpacked);
            if (head.Length == 0)
                throw new InputException($"{path}: the compressed file holds nothing, expected a request trace");
            RefuseByMagic(path, head);
            text = new ReplayStream(head, _unpacked);
        }
        if (head is [0xef, 0xbb, 0xbf, ..])
        {
            text.ReadExactly(new byte[3]);
            head = head[3..];
        }
        if (head.AsSpan().Contains((byte)0))
            throw new InputException($"{path}: binary data, expected CSV or JSON lines (UTF-8 text, gzip allowed)");
        if (head.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
            throw new InputException($"{path}: only blank lines, expected a request trace");
        Head = head;
        Text = new ObservedStream(text, Lines.Observe);
    }

    /// <summary>As the user gave it.</summary>
    public string Path { get; }

    public bool Gzip { get; }

    /// <summary>The text comes from a pipe or device: it cannot be read again and may have no end.</summary>
    public bool IsPipe { get; }

    /// <summary>The first bytes of the text, for detection.</summary>
    public ReadOnlyMemory<byte> Head { get; }

    public Stream Text { get; }

    public LineCounter Lines { get; }

    public static TraceSource Open(string path)
    {
        if (path.Length == 0)
            throw new InputException("no trace file named");
        if (Directory.Exists(path))
            throw new InputException($"{path}: a directory, expected a trace file");
        if (!File.Exists(path))
            throw new InputException($"{path}: no such file");
        FileStream file = FileGuard.Reading(
            path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan));
        return FileGuard.Reading(path, () => IsParquet(file)) ? OfParquet(path, file) : Over(path, file);
    }

    private static bool IsParquet(FileStream file)
    {
        if (!file.CanSeek)
            return false;
        byte[] head = new byte[ParquetText.Magic.Length];
        bool same = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && ParquetText.Magic.SequenceEqual(head);
        file.Position = 0;
        return same;
    }

    /// <summary>The rows as CSV text; the hash stays that of the file.</summary>
    private static TraceSource OfParquet(string path, FileStream file)
    {
        string hash;
        using (file)
            hash = FileGuard.Reading(path, () => Convert.ToHexStringLower(SHA256.HashData(file)));
        TraceSource source = Over(path, ParquetText.Of(path));
        source._storedHash = hash;
        return source;
    }

    /// <summary>Over any stream, which is closed with this.</summary>
    public static TraceSource Over(string path, Stream stream) =>
        FileGuard.Reading(path, () =>
        {
            try
            {
                return new TraceSource(path, stream);
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        });

    /// <summary>Lower-case hex SHA-256 of the stored bytes; reads what has not been read yet.</summary>
    public string HashToEnd()
    {
        byte[] buffer = new byte[HeadBytes];
        while (_stored.Read(buffer) > 0)
        {
        }
        return _storedHash ?? Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose()
    {
        _unpacked?.Dispose();
        _stored.Dispose();
        _hash.Dispose();
    }

    private static byte[] ReadHead(Stream stream)
    {
        byte[] head = new byte[HeadBytes];
        int count = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return head[..count];
    }

    private static void RefuseByMagic(string path, ReadOnlySpan<byte> head)
    {
        string? kind = head switch
        {
            [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] => "a zip archive: unpack it first",
            [0x80, >= 2 and <= 5, ..] => "a Python pickle, which is never loaded because it can run code: convert it to CSV",
            [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd data: unpack it first (gzip is read as it is)",
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => "xz data: unpack it first (gzip is read as it is)",
            [(byte)'B', (byte)'Z', (byte)'h', ..] => "bzip2 data: unpack it first (gzip is read as it is)",
            [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "Parquet data, which is read from a file of its own only",
            [0xff, 0xfe, ..] or [0xfe, 0xff, ..] => "UTF-16 text: save it as UTF-8",
            _ => null,
        };
        if (kind is null && head.StartsWith("version https://git-lfs.github.com/spec/"u8))
            kind = "a Git LFS pointer, not the data: fetch the file with `git lfs pull`";
        if (kind is not null)
            throw new InputException($"{path}: {kind}");
    }
}
