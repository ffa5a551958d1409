using System.CommandLine.Completions;
using System.CommandLine;
using System.Text.Json.Nodes;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Memory;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm explain policy</c>: roles, knobs, defaults and source of a policy.</summary>
internal static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = new("NAME") { Description = "A policy in the catalog, or the path of a policy file.", HelpName = "NAME" };
        name.CompletionSources.Add(_ => PresetCatalog.Names.Select(n => new CompletionItem(n)));
        PolicyAssemblyOption assembly = new();
        Command policy = new("policy", "Roles, knobs, defaults and source of a policy.") { name, assembly.Option };
        policy.WithExamples("ellm explain policy vllm");
        policy.SetAction(parsed =>
        {
            assembly.Load(parsed);
            Policy(terminal.Out, PresetCatalog.Load(parsed.GetValue(name)!));
        });
        return new Command("explain", "Explain a policy.") { policy };
    }

    private static void Policy(TextWriter target, PolicyPreset preset)
    {
        RunConfig config = ConfigBinder.Bind(preset, []);
        target.Write($"{preset.Name}: {preset.Summary}\nsource: {preset.Source}\nengine: {preset.EngineVersion}\n\n");
        target.Write($"layout     {config.Policy.Layout}: {LayoutCatalog.Find(config.Policy.Layout).Summary}\n");
        target.Write($"boundary   {config.Policy.Boundary}: {BoundaryCatalog.Find(config.Policy.Boundary).Summary}\n");
        target.Write($"overflow   {config.Policy.Overflow}: {OverflowCatalog.Find(config.Policy.Overflow).Summary}\n");
        target.Write($"scheduler  {config.Policy.Scheduler}: {SchedulerCatalog.Find(config.Policy.Scheduler).Summary}\n\n");
        Rules(target, "rules", preset.Rules?.Where(r => !r.Open), config);
        Rules(target, "left open by the sources", preset.Rules?.Where(r => r.Open), config);
        Knobs(preset, config).Write(target);
        target.Write('\n');
        foreach (string note in preset.Notes ?? [])
            target.Write($"note: {note}\n");
    }

    /// <summary>Each rule with its knob, the knob's default here, and its source.</summary>
    private static void Rules(TextWriter target, string title, IEnumerable<PolicyRule>? rules, RunConfig config)
    {
        if (rules is null || !rules.Any())
            return;
        JsonObject tree = ConfigBinder.ToTree(config);
        target.Write($"{title}\n");
        foreach (PolicyRule rule in rules)
        {
            target.Write($"  {rule.Rule}\n");
            if (rule.Knob is string knob)
                target.Write($"      knob    {knob} = {Value(tree, knob)}\n");
            target.Write($"      source  {rule.Source}\n");
        }
        target.Write('\n');
    }

    private static string Value(JsonObject tree, string path) =>
        path.Split('.').Aggregate((JsonNode?)tree, (node, part) => node?[part])?.ToString() ?? "null";

    /// <summary>Every knob that this policy has, with its value here; a star marks what the preset itself sets.</summary>
    private static TextTable Knobs(PolicyPreset preset, RunConfig config)
    {
        TextTable table = new(["knob (--set)", "value", "", "meaning"], "value", "", "meaning");
        JsonObject tree = ConfigBinder.ToTree(config);
        foreach (ConfigKey key in ConfigKeys.Of(config.Policy))
        {
            string[] parts = key.Path.Split('.');
            JsonObject? set = parts[0] switch { "policy" => preset.Policy, "engine" => preset.Engine, _ => null };
            if (parts.Length != 2 || parts[0] is not ("policy" or "engine"))
                continue;
            JsonNode? value = tree[parts[0]]![parts[1]];
            string choices = key.Allowed.Count > 1 ? $" ({string.Join(", ", key.Allowed)})" : "";
            table.Add([key.Path, value?.ToString() ?? "null", set?.ContainsKey(parts[1]) == true ? "*" : "", key.Meaning + choices]);
        }
        return table;
    }
}
