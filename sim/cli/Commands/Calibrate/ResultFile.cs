using System.CommandLine;
using ELLM.Sim.Cli.Options;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary>A file a command writes: whole or not at all, and not over another one unless asked.</summary>
internal sealed class ResultFile
{
    private readonly Option<string?> _out;
    private readonly Option<bool> _force = CommonOptions.Force("Replace an existing file.");

    public ResultFile(string what) => _out = CommonOptions.Out("FILE", what);

    public void AddTo(Command command)
    {
        command.Options.Add(_out);
        command.Options.Add(_force);
    }

    /// <summary>Where to write; checked before the work is done, not after.</summary>
    public string Path(ParseResult parsed, string name)
    {
        string path = parsed.GetValue(_out) ?? name;
        if (Directory.Exists(path))
            throw new InputException($"{path}: expected a file, found a directory");
        if (File.Exists(path) && !parsed.GetValue(_force))
            throw new InputException($"{path}: exists; give --force to replace it");
        return path;
    }
}
