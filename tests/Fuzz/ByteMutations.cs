using ELLM.Sim.Numerics;

namespace ELLM.Sim.Tests.Fuzz;

/// <summary>Bytes flipped, cut, repeated, put in: what disks, copies and other tools do to a file.</summary>
internal static class ByteMutations
{
    private static readonly byte[][] Pieces =
    [
        [0], [0xff], [0xc3, 0x28], [0xef, 0xbb, 0xbf], "\n"u8.ToArray(), "\r\n"u8.ToArray(), "\""u8.ToArray(), ","u8.ToArray(),
            "{"u8.ToArray(), "}"u8.ToArray(),
        "[["u8.ToArray(), "null"u8.ToArray(), "-1"u8.ToArray(), "1e999"u8.ToArray(), "9223372036854775808"u8.ToArray(),
            "\\ud800"u8.ToArray(), "\u001b[31m"u8.ToArray(),
    ];

    public static byte[] Apply(byte[] input, RandomStream random)
    {
        if (input.Length == 0)
            return Mutator.Pick(random, Pieces);
        int at = (int)random.NextBelow((ulong)input.Length), length = (int)random.NextBelow((ulong)Math.Min(64, input.Length - at) + 1);
        switch (random.NextBelow(5))
        {
            case 0:
                byte[] flipped = [.. input];
                flipped[at] ^= (byte)(1 << (int)random.NextBelow(8));
                return flipped;
            case 1:
                return [.. input.AsSpan(0, at), .. input.AsSpan(at + length)];
            case 2:
                return [.. input.AsSpan(0, at + length), .. input.AsSpan(at)];
            case 3:
                return [.. input.AsSpan(0, at), .. Mutator.Pick(random, Pieces), .. input.AsSpan(at)];
            default:
                return input[..at];
        }
    }
}
