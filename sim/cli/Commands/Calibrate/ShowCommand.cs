using System.CommandLine;
using System.CommandLine.Completions;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Hardware.Calibration;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary><c>ellm calibrate show</c>: a profile as a table with a curve and a source for every operation.</summary>
internal static class ShowCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> profile = new("PROFILE") { Description = "A shipped profile, or the path of one.", HelpName = "PROFILE" };
        profile.CompletionSources.Add(_ => CalibrationCatalog.Names.Select(name => new CompletionItem(name)));
        Option<bool> json = new("--json") { Description = "The profile as it would be written to a file." };
        Command command = new("show", "Show a calibration profile: costs, curves, sources.") { profile, json };
        command.WithExamples(
            "ellm calibrate show h200",
            "ellm calibrate show my-h200.json");
        command.SetAction(parsed =>
        {
            CalibrationProfile loaded = CalibrationCatalog.Load(parsed.GetValue(profile)!);
            if (parsed.GetValue(json))
                terminal.Out.Write(CalibrationCatalog.ToJson(loaded));
            else
                ProfileTable.Write(terminal.Out, loaded);
        });
        return command;
    }
}
