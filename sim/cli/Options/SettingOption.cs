using System.CommandLine;
using System.CommandLine.Completions;
using ELLM.Sim.Configuration;

namespace ELLM.Sim.Cli.Options;

/// <summary>A flag for one setting of a run: what <c>--set PATH=VALUE</c> says too.</summary>
internal sealed class SettingOption : Option<string?>
{
    private readonly string _path;

    /// <param name="path">Of the setting.</param>
    /// <param name="values">What a shell may complete.</param>
    public SettingOption(string name, string path, string help, string description, Func<IReadOnlyList<string>>? values = null)
        : base(name)
    {
        _path = path;
        (HelpName, Description) = (help, description);
        if (values is not null)
            CompletionSources.Add(_ => values().Select(v => new CompletionItem(v)));
    }

    /// <summary>The name that is meant by what people write.</summary>
    public Func<string, string> Spelling { get; init; } = text => text;

    /// <summary>The setting and what the user gave; null when the flag is not there.</summary>
    public Assignment? Of(ParseResult parsed) => parsed.GetValue(this) is string value ? new Assignment(_path, Spelling(value)) : null;
}
