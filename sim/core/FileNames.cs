using System.Security.Cryptography;
using System.Text;

namespace ELLM.Sim;

/// <summary>Names from files (policies, experiments, models) as names of files and folders: one part of a path, which cannot leave the
/// folder it is put in.</summary>
public static class FileNames
{
    private const int Longest = 80, MarkLength = 8;

    /// <summary>Names of devices wherever they stand on Windows.</summary>
    private static readonly string[] Devices =
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"COM{i}", $"LPT{i}" })];

    /// <summary>
    /// The name itself where it is plain. Otherwise what is not plain becomes <c>_</c> and a digest of the name is put behind it, so that
    /// two names never share a folder.
    /// </summary>
    /// <param name="name">As the file says it.</param>
    /// <param name="taken">Names that mean something else in the folder.</param>
    public static string Of(string name, params ReadOnlySpan<string> taken)
    {
        if (IsPlain(name) && !Contains(taken, name))
            return name;
        StringBuilder plain = new();
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, Longest)))
            plain.Append(IsPlain(c) ? c : '_');
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..MarkLength];
        return $"{plain.ToString().TrimStart('.').TrimEnd('.', ' ')}-{digest}";
    }

    private static bool IsPlain(string name) => name.Length is > 0 and <= Longest
        && name.All(IsPlain) && name[0] != '.' && name[^1] is not ('.' or ' ')
        && !Devices.Contains(name.Split('.')[0], StringComparer.OrdinalIgnoreCase);

    private static bool IsPlain(char c) =>
        !(char.IsControl(c) || char.IsSurrogate(c) || c is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|')
            && ShownText.IsPlain(c.ToString());

    private static bool Contains(ReadOnlySpan<string> names, string name)
    {
        foreach (string one in names)
        {
            if (one.Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
