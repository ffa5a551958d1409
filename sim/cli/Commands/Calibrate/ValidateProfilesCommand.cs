using System.CommandLine;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Hardware.Calibration;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary><c>ellm calibrate validate</c>: does the simulator accept these profiles.</summary>
internal static class ValidateProfilesCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string[]> profiles = new("PROFILE")
        {
            Description = "Shipped profiles or paths (default: all shipped).",
            HelpName = "PROFILE",
            Arity = ArgumentArity.ZeroOrMore
        };
        Command command = new("validate", "Check calibration profiles.") { profiles };
        command.SetAction(parsed =>
        {
            string[] named = parsed.GetValue(profiles) ?? [];
            foreach (string name in named.Length > 0 ? named : CalibrationCatalog.Names)
            {
                CalibrationProfile profile = CalibrationCatalog.Load(name);
                terminal.Out.Write(FormattableString.Invariant($"{name}: valid, {profile.Ops.Count} operations\n"));
            }
        });
        return command;
    }
}
