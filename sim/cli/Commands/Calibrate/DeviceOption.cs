using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Cli.Options;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary>Which device, counted from zero as the driver counts.</summary>
internal static class DeviceOption
{
    public static Option<string?> Create() => RunOptions.Text("--device", "N", "Device number (default 0).");

    public static int Of(string? text)
    {
        if (text is null)
            return 0;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new InputException($"--device: expected a number from 0, found '{text}'");
    }
}
