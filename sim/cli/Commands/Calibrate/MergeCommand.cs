using System.CommandLine;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Files;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Fit;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary><c>ellm calibrate merge</c>: the better-sourced numbers of two profiles.</summary>
internal static class MergeCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> top = new("TOP") { Description = "The measured profile: its device and run are kept.", HelpName = "TOP" };
        Argument<string> below = new("BELOW") { Description = "The profile that fills its gaps.", HelpName = "BELOW" };
        ResultFile file = new("The profile (default calibration-profile.json).");
        Command command = new("merge", "Merge two profiles: measured over published over datasheet over assumed.") { top, below };
        file.AddTo(command);
        command.SetAction(parsed =>
        {
            string path = file.Path(parsed, "calibration-profile.json");
            CalibrationProfile merged =
                ProfileMerge.Over(CalibrationCatalog.Load(parsed.GetValue(top)!), CalibrationCatalog.Load(parsed.GetValue(below)!));
            string json = CalibrationCatalog.ToJson(merged);
            CalibrationCatalog.Parse(path, json);
            FileReplacement.Write(path, json);
            terminal.Say($"profile in {path}");
        });
        return command;
    }
}
