namespace ELLM.Sim.Tests.Fuzz;

/// <summary>Makes an input that fails as small as cutting pieces out of it can, for people to read.</summary>
internal static class Shrinker
{
    public static byte[] Smallest(Surface surface, byte[] input)
    {
        for (int piece = input.Length / 2; piece > 0; piece /= 2)
        {
            for (int at = 0; at + piece <= input.Length;)
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(at + piece)];
                if (surface.Fault(shorter) is null)
                    at += piece;
                else
                    input = shorter;
            }
        }
        return input;
    }
}
