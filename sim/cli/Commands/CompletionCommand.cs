using System.CommandLine;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm completion</c>: scripts that let a shell ask the program itself for completions.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _ellm() {
          local IFS=$'\n'
          COMPREPLY=($(ellm "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
        }
        complete -o default -F _ellm ellm

        """;

    private const string Zsh = """
        #compdef ellm
        _ellm() {
          local -a found
          found=("${(@f)$(ellm "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          compadd -- $found || _files
        }
        compdef _ellm ellm

        """;

    private const string Fish = """
        function __ellm_complete
          set -l line (commandline -cp)
          ellm "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c ellm -a '(__ellm_complete)'

        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName ellm -ScriptBlock {
          param($word, $line, $position)
          ellm "[suggest:$position]" "$line" | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }

        """;

    public static Command Create(Terminal terminal)
    {
        Command command = new("completion", "Print a completion script for a shell.");
        command.WithExamples("source <(ellm completion bash)");
        foreach ((string shell, string script) in new[] { ("bash", Bash), ("zsh", Zsh), ("fish", Fish), ("pwsh", PowerShell) })
        {
            Command one = new(shell, $"Completion script for {shell}.");
            one.SetAction(_ => terminal.Out.Write(script.ReplaceLineEndings("\n")));
            command.Subcommands.Add(one);
        }
        return command;
    }
}
