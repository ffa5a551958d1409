using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>One line of a journal: eight hex digits of the SHA-256 of what follows, a space, JSON, a line feed.</summary>
internal static class JournalLine
{
    private const int DigestLength = 8;

    public static byte[] Encode<T>(T value, JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        byte[] line = new byte[DigestLength + 1 + json.Length + 1];
        Digest(json).CopyTo(line, 0);
        line[DigestLength] = (byte)' ';
        json.CopyTo(line, DigestLength + 1);
        line[^1] = (byte)'\n';
        return line;
    }

    /// <param name="line">Without its line feed.</param>
    /// <returns>False when a byte of it is not what was written.</returns>
    public static bool TryDecode<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type, out T? value)
    {
        value = default;
        if (line.Length <= DigestLength + 1 || line[DigestLength] != ' ')
            return false;
        ReadOnlySpan<byte> json = line[(DigestLength + 1)..];
        if (!line[..DigestLength].SequenceEqual(Digest(json)))
            return false;
        try
        {
            value = JsonSerializer.Deserialize(json, type);
            return value is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] Digest(ReadOnlySpan<byte> json) =>
        System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json))[..DigestLength]);
}
