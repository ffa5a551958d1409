using System.Text;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Tests.Fuzz;

/// <summary>Lines swapped, dropped and repeated; cells that hold something else; JSON lines changed as JSON.</summary>
internal static class LineMutations
{
    public static readonly string[] Cells =
    [
        "", " ", "-1", "0", "1.5", "NaN", "inf", "1e20", "1e-320", "99999999999999999999", "-9223372036854775808", "2147483648",
            "2023-11-16 18:15:46.6805900",
        "0001-01-01 00:00:00+23:59", "9999-12-31 23:59:59-23:59", "\"a,b\"", "\"", "\"\"", "a\"b", "0x10", "1,5", "é", "\u001b[2J", "null",
            "true", "../../x",
    ];

    public static byte[] Apply(byte[] input, RandomStream random)
    {
        List<string> lines = [.. Encoding.UTF8.GetString(input).Split('\n')];
        int at = (int)random.NextBelow((ulong)lines.Count);
        if (lines[at].TrimStart().StartsWith('{'))
        {
            lines[at] = Encoding.UTF8.GetString(JsonMutations.Apply(Encoding.UTF8.GetBytes(lines[at]), random));
            return Bytes(lines);
        }
        switch (random.NextBelow(5))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert((int)random.NextBelow((ulong)lines.Count), lines[at]);
                break;
            case 2:
                string[] headless = [.. lines[at].Split(',')[1..], .. lines[at].Split(',')[..1]];
                lines[at] = string.Join(',', headless);
                break;
            default:
                string[] cells = lines[at].Split(',');
                cells[(int)random.NextBelow((ulong)cells.Length)] = Mutator.Pick(random, Cells);
                lines[at] = string.Join(',', cells);
                break;
        }
        return Bytes(lines);
    }

    private static byte[] Bytes(List<string> lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines));
}
