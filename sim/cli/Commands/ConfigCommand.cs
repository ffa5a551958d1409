using System.CommandLine;
using System.Text.Json;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Configuration;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm config schema</c>: the JSON schema of a run's configuration.</summary>
internal static class ConfigCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static Command Create(Terminal terminal)
    {
        Command schema = new("schema", "Print the JSON schema of a run's configuration: every setting, its meaning and limits.");
        schema.SetAction(_ => terminal.Out.Write(ConfigSchema.Create().ToJsonString(Indented) + "\n"));
        return new Command("config", "Settings of a run.") { schema };
    }
}
