using System.IO.Compression;
using System.Text;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

/// <summary>Traces from text, for tests.</summary>
internal static class Load
{
    public const string Name = "logs/some.trace";

    public static (Trace Trace, TraceLoadReport Report) Text(string text, TraceReadOptions? options = null) =>
        Bytes(Encoding.UTF8.GetBytes(text), options);

    public static (Trace Trace, TraceLoadReport Report) Bytes(byte[] bytes, TraceReadOptions? options = null) =>
        TraceReader.Read(new MemoryStream(bytes), Name, options);

    /// <summary>The message that reading the bytes ends with.</summary>
    public static string ErrorOf(byte[] bytes, TraceReadOptions? options = null) =>
        Assert.Throws<InputException>(() => Bytes(bytes, options))!.Message;

    public static string ErrorOf(string text, TraceReadOptions? options = null) => ErrorOf(Encoding.UTF8.GetBytes(text), options);

    public static byte[] Gzip(string text)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
