using System.Globalization;

namespace ELLM.Sim.Cli.Options;

/// <summary>Reads numbers of options; a wrong one is an <see cref="InputException"/> that names the option.</summary>
internal static class Values
{
    public static double? Positive(string option, string? text)
    {
        if (text is null)
            return null;
        bool read = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        return read && double.IsFinite(value) && value > 0
            ? value
            : throw new InputException($"{option}: expected a positive number, found '{text}'");
    }

    public static int? Count(string option, string? text)
    {
        if (text is null)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : throw new InputException($"{option}: expected an integer from 1 to {int.MaxValue}, found '{text}'");
    }

    public static double Share(string option, string text) =>
        Positive(option, text) is double value and <= 1
            ? value
            : throw new InputException($"{option}: expected a share from 0 to 1, found '{text}'");

    public static ulong? Seed(string? text)
    {
        if (text is null)
            return null;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new InputException($"--seed: expected an integer from 0 to {ulong.MaxValue}, found '{text}'");
    }
}
