using ELLM.Sim.Numerics;

namespace ELLM.Sim.Tests.Fuzz;

/// <summary>Inputs by number: the same surface and seed give the same bytes on every machine.</summary>
internal static class Mutator
{
    private const int MostSteps = 4;

    public static byte[] Input(Surface surface, ulong seed)
    {
        RandomStream random = RandomStream.Named(seed, surface.Name);
        byte[] input = Pick(random, surface.Seeds);
        // One input in four is broken byte by byte, the others keep the structure that a parser checks first.
        bool raw = random.NextBelow(4) == 0;
        for (int steps = 1 + (int)random.NextBelow(MostSteps); steps > 0; steps--)
        {
            input = raw ? ByteMutations.Apply(input, random)
                : surface.Shape == Shape.Json ? JsonMutations.Apply(input, random)
                : LineMutations.Apply(input, random);
        }
        return input;
    }

    public static T Pick<T>(RandomStream random, IReadOnlyList<T> from) => from[(int)random.NextBelow((ulong)from.Count)];
}
