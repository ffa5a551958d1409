using System.CommandLine;
using System.Text;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Experiments;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm man</c>: the manual page, made from the commands and options themselves.</summary>
internal static class ManCommand
{
    public static Command Create(Terminal terminal, RootCommand root)
    {
        Command command = new("man", "Print the manual page: ellm man > ellm.1, then man ./ellm.1.");
        command.SetAction(_ => terminal.Out.Write(Page(root)));
        return command;
    }

    private static string Page(RootCommand root)
    {
        StringBuilder page = new();
        page.Append($".TH ELLM 1 \"\" \"ELLM.Sim {RunReport.Version}\" \"User Commands\"\n.SH NAME\nellm \\- {Words(root.Description)}\n");
        page.Append(".SH SYNOPSIS\n.B ellm\n.I command\n.RI [ options ]\n.SH COMMANDS\n");
        foreach (Command command in root.Subcommands.Where(c => !c.Hidden))
            Section(page, command, command.Name);
        page.Append(".SH EXIT STATUS\n");
        foreach ((int code, string meaning) in ((int, string)[])
            [
                (ExitCode.Done, "The run worked."),
                (ExitCode.ObjectiveMissed, "A check failed: an objective that was asked for, a baseline, a bound."),
                (ExitCode.BadInput, "Something given is wrong; one line says what."),
                (ExitCode.Bug, "A bug."),
            ])
        {
            page.Append($".TP\n.B {code}\n{Words(meaning)}\n");
        }
        return page.ToString();
    }

    private static void Section(StringBuilder page, Command command, string path)
    {
        string arguments = string.Concat(command.Arguments.Where(a => !a.Hidden).Select(a => $" <{a.Name}>"));
        page.Append($".SS \"ellm {Words(path + arguments)}\"\n{Words(command.Description)}\n");
        foreach (Argument argument in command.Arguments.Where(a => !a.Hidden))
            page.Append($".TP\n.I {Words(argument.Name)}\n{Words(argument.Description)}\n");
        foreach (Option option in command.Options.Where(o => !o.Hidden && o is not System.CommandLine.Help.HelpOption))
        {
            string names = string.Join(", ", ((string[])[option.Name, .. option.Aliases]).Distinct().Select(Words));
            string value = option.HelpName is { } name ? $" \\fI{Words(name)}\\fR" : "";
            page.Append($".TP\n\\fB{names}\\fR{value}\n{Words(option.Description)}\n");
        }
        foreach (Command inner in command.Subcommands.Where(c => !c.Hidden))
            Section(page, inner, $"{path} {inner.Name}");
    }

    /// <summary>Text that roff prints as it is.</summary>
    private static string Words(string? text)
    {
        string plain = (text ?? "").ReplaceLineEndings(" ")
            .Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return plain.StartsWith('.') || plain.StartsWith('\'') ? "\\&" + plain : plain;
    }
}
