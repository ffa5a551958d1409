using System.Globalization;
using System.Text.Json.Nodes;
using ELLM.Sim.Fleet.Routers;
using ELLM.Sim.Numerics;
using ELLM.Sim.Settings;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Fleet;

/// <summary>A router as a run asks for it: <c>NAME</c>, or <c>NAME:key=value,...</c> with its knobs.</summary>
public sealed record RouterChoice(RouterEntry Entry, KnobSet Knobs)
{
    /// <summary>Picoseconds between reports of engines; 0: as they are.</summary>
    public long ReportPs => Knobs is ReportKnobs reports ? SimTime.FromSeconds(reports.ReportS).Picoseconds : 0;

    public IRouter Create(Trace trace, ulong seed) => Entry.Create(new RouterInput(Knobs, trace, RandomStream.Named(seed, "router")));

    /// <exception cref="InputException">No such router, a knob that it does not have, or a value out of range.</exception>
    public static RouterChoice Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? text : text[..colon];
        RouterEntry entry = RouterCatalog.All.FirstOrDefault(e => e.Name == name)
            ?? throw new InputException(
                $"engine.router: expected one of {string.Join(", ", RouterCatalog.All.Select(e => e.Name))}, found {name}");
        if (colon < 0)
            return new RouterChoice(entry, entry.Knobs);
        KnobSet knobs = entry.Knobs with { };
        foreach (string part in text[(colon + 1)..].Split(','))
            Put(entry, knobs, part);
        return new RouterChoice(entry, knobs);
    }

    private static void Put(RouterEntry entry, KnobSet knobs, string part)
    {
        int equals = part.IndexOf('=', StringComparison.Ordinal);
        string key = equals < 0 ? part : part[..equals];
        Knob? knob = Knob.Of(knobs).FirstOrDefault(k => k.Key == key);
        if (knob is null || equals < 0)
        {
            string has = string.Join(", ", Knob.Of(knobs).Select(k => k.Key + "=N"));
            string expected = has.Length == 0 ? "nothing after its name" : has;
            throw new InputException($"engine.router: {entry.Name}: expected {expected}, found '{part}'");
        }
        string value = part[(equals + 1)..];
        bool whole = knob.Type == typeof(int);
        NumberStyles style = whole ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        if (!double.TryParse(value, style, CultureInfo.InvariantCulture, out double number) || !(number >= knob.Min && number <= knob.Max))
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture,
                $"engine.router: {entry.Name}: {key}: expected {(whole ? "an integer" : "a number")} from {knob.Min} to {knob.Max}, ")
                + $"found '{value}'");
        }
        knob.Put(knobs, whole ? JsonValue.Create((int)number) : JsonValue.Create(number));
    }
}
