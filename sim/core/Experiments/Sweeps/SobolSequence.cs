namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>Points of the unit cube that fill it evenly: the Sobol sequence in Gray-code order.</summary>
/// <remarks>
/// Sobol 1967; order of Antonov and Saleev 1979; primitive polynomials and initial direction numbers of Joe and Kuo, "Constructing
/// Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30, 2008 (their file new-joe-kuo-6, first rows).
/// The first point, the origin, is kept: dropping it spoils the balance of the first 2^k points.
/// </remarks>
internal sealed class SobolSequence
{
    public const int MaxDimensions = 13;

    private const int Bits = 32;

    /// <summary>Degree, coefficients, initial direction numbers of dimensions 2, 3, …</summary>
    private static readonly (int Degree, uint Coefficients, uint[] Initial)[] Table =
    [
        (1, 0, [1]),
        (2, 1, [1, 3]),
        (3, 1, [1, 3, 1]),
        (3, 2, [1, 1, 1]),
        (4, 1, [1, 1, 3, 3]),
        (4, 4, [1, 3, 5, 13]),
        (5, 2, [1, 1, 5, 5, 17]),
        (5, 4, [1, 1, 5, 5, 5]),
        (5, 7, [1, 1, 7, 11, 19]),
        (5, 11, [1, 1, 5, 1, 1]),
        (5, 13, [1, 1, 1, 3, 11]),
        (5, 14, [1, 3, 5, 5, 31]),
    ];

    private readonly uint[][] _directions;
    private readonly uint[] _state;
    private uint _index;

    public SobolSequence(int dimensions)
    {
        if (dimensions is < 1 or > MaxDimensions)
            throw new InputException($"sobol: expected 1 to {MaxDimensions} axes, found {dimensions}; random has no such limit");
        _directions = [.. Enumerable.Range(0, dimensions).Select(Directions)];
        _state = new uint[dimensions];
    }

    /// <summary>The next point, each coordinate in [0, 1).</summary>
    public double[] Next()
    {
        double[] point = [.. _state.Select(bits => bits / 4294967296.0)];
        int bit = System.Numerics.BitOperations.TrailingZeroCount(~_index);
        for (int d = 0; d < _state.Length; d++)
            _state[d] ^= _directions[d][bit];
        _index++;
        return point;
    }

    private static uint[] Directions(int dimension)
    {
        uint[] v = new uint[Bits];
        if (dimension == 0)
        {
            for (int i = 0; i < Bits; i++)
                v[i] = 1u << (Bits - 1 - i);
            return v;
        }
        (int s, uint a, uint[] m) = Table[dimension - 1];
        for (int i = 0; i < Bits; i++)
        {
            if (i < s)
            {
                v[i] = m[i] << (Bits - 1 - i);
                continue;
            }
            v[i] = v[i - s] ^ (v[i - s] >> s);
            for (int k = 1; k < s; k++)
                v[i] ^= ((a >> (s - 1 - k)) & 1) * v[i - k];
        }
        return v;
    }
}
