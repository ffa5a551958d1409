using ELLM.Sim.Memory;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Policies;

/// <summary>A role of a policy: its words are the names of a catalogue, a loaded assembly's among them.</summary>
internal sealed class RoleAttribute(string role, string meaning) : KnobAttribute(meaning)
{
    public override IReadOnlyList<string> Words => role switch
    {
        "layout" => LayoutCatalog.Names,
        "boundary" => BoundaryCatalog.Names,
        "overflow" => OverflowCatalog.Names,
        _ => SchedulerCatalog.Names,
    };
}
