using System.Globalization;

namespace ELLM.Sim.Memory.Engines;

/// <summary>A version of an engine: major and minor number; patches change none of the facts listed.</summary>
public readonly record struct EngineVersion(int Major, int Minor) : IComparable<EngineVersion>
{
    public int CompareTo(EngineVersion other) =>
        Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public static bool operator <(EngineVersion left, EngineVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(EngineVersion left, EngineVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(EngineVersion left, EngineVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EngineVersion left, EngineVersion right) => left.CompareTo(right) >= 0;

    /// <summary><c>0.19</c>, with or without a patch number behind it.</summary>
    public static bool TryParse(string text, out EngineVersion version)
    {
        version = default;
        string[] parts = text.Split('.');
        if (parts.Length is < 2 or > 3 || !Number(parts[0], out int major) || !Number(parts[1], out int minor))
            return false;
        version = new EngineVersion(major, minor);
        return parts.Length == 2 || Number(parts[2], out _);
    }

    private static bool Number(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value < 10_000;
}
