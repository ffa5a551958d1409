using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Fleet;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Experiments.Fleets;

/// <summary>A fleet that can run: each deployment resolved, the router known, supply respected.</summary>
public sealed record FleetPlan(string Name, IReadOnlyList<FleetMember> Members, RouterChoice Router)
{
    public int Replicas => Members.Sum(m => m.Replicas);

    public int Gpus => Members.Sum(m => m.Gpus);

    /// <summary>Dollars an hour; null where the price of a GPU is not known.</summary>
    public double? UsdPerHour => Members.Any(m => m.UsdPerHour is null) ? null : Members.Sum(m => m.UsdPerHour);

    /// <summary>Replicas of one configuration.</summary>
    /// <exception cref="InputException">It cannot start.</exception>
    public static FleetPlan Of(RunConfig config)
    {
        Deployment deployment = Deployment.Resolve(config);
        return new FleetPlan(config.Preset, [FleetMember.Of(config.Preset, deployment, null)], deployment.Router);
    }

    /// <param name="more">Settings of all deployments, stronger than those of the file.</param>
    /// <exception cref="InputException">A deployment cannot start, or needs more GPUs than there are.</exception>
    public static FleetPlan Of(FleetSpec spec, IReadOnlyList<Assignment> more)
    {
        FleetMember[] members = [.. spec.Deployments.Select(part => Member(spec, part, more))];
        foreach ((string gpu, GpuSupply supply) in spec.Supply ?? new Dictionary<string, GpuSupply>())
        {
            int used = members.Where(m => m.Config.Gpu == gpu).Sum(m => m.Gpus);
            if (used > supply.Max)
            {
                throw new InputException($"fleet {spec.Name}: supply.{gpu}.max: expected at least the {used} GPUs of its deployments,"
                    + $" found {supply.Max}");
            }
        }
        return new FleetPlan(spec.Name, members, members[0].Deployment.Router);
    }

    private static FleetMember Member(FleetSpec spec, FleetPart part, IReadOnlyList<Assignment> more)
    {
        List<Assignment> settings =
        [
            new("model", part.Model), new("gpu", part.Gpu), Number("tp", part.Tp), Number("pp", part.Pp),
            Number("engine.replicas", part.Replicas), new("engine.router", spec.Router ?? "round-robin"),
            .. spec.Slo is null ? [] : SloText.Parse(spec.Slo),
            .. (part.Set ?? []).Select(entry => new Assignment(entry.Key, entry.Value?.ToString() ?? "null")),
            .. more,
        ];
        try
        {
            Deployment deployment = Deployment.Resolve(ConfigBinder.Bind(PresetCatalog.Load(part.Policy), settings));
            return FleetMember.Of(part.Name, deployment, spec.Supply?.GetValueOrDefault(part.Gpu)?.UsdPerHour);
        }
        catch (InputException e)
        {
            throw new InputException($"fleet {spec.Name}: deployment {part.Name}: {e.Message}", e);
        }
    }

    private static Assignment Number(string path, int value) => new(path, FormattableString.Invariant($"{value}"));
}

/// <summary>The replicas of one deployment.</summary>
/// <param name="Gpus">Of all its replicas.</param>
/// <param name="UsdPerHour">Of all of them; null when no price is known.</param>
public sealed record FleetMember(string Name, RunConfig Config, Deployment Deployment, int Replicas, int Gpus, double? UsdPerHour)
{
    /// <param name="usdPerGpuHour">Null: the list price.</param>
    internal static FleetMember Of(string name, Deployment deployment, double? usdPerGpuHour)
    {
        RunConfig config = deployment.Config;
        int gpus = config.Engine.Replicas * config.Tp * config.Pp;
        double? price = usdPerGpuHour ?? new GpuPrices().Of(config.Gpu);
        return new FleetMember(name, config, deployment, config.Engine.Replicas, gpus, price * gpus);
    }
}
