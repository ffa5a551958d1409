using ELLM.Sim.Fleet;
using ELLM.Sim.Fleet.Routers;
using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>A scenario's cluster with handles on the parts that a deployment keeps to itself.</summary>
internal sealed class Rig
{
    private readonly Cluster _cluster;

    /// <param name="asks">False for a scheduler that is faulty on purpose: it takes memory without having asked.</param>
    public Rig(
        Scenario scenario, bool step = false, IServingObserver? observer = null, Func<IScheduler, IScheduler>? wrap = null,
        bool asks = true)
    {
        IRouter router = scenario.LeastOutstanding ? new LeastLoadRouter(byTokens: false) : new RoundRobinRouter();
        _cluster = new Cluster(scenario.Trace(), router, scenario.UserLoop());
        for (int i = 0; i < scenario.Replicas; i++)
        {
            VirtualEngines? pipeline = scenario.Pipeline();
            for (int engine = 0; engine < scenario.Stages; engine++)
                Add(pipeline);
        }

        void Add(VirtualEngines? pipeline)
        {
            IKvMemory memory = scenario.Memory();
            Memories.Add(memory);
            IScheduler scheduler = scenario.Scheduler.Create(new SchedulerInput(scenario.Policy, scenario.TtftSloPs, scenario.TpotSloPs));
            Replica replica = _cluster.Add(new EngineParts(
                scenario.Limits, wrap is null ? scheduler : wrap(scheduler), asks ? new ProtocolMemory(memory) : memory, scenario.Time)
            {
                Host = scenario.Host(),
                Observer = observer,
                Options = new ReplicaOptions(step, Check: true),
                Pipeline = pipeline,
            });
            Hosts.Add(replica.Host);
        }
    }

    public List<IKvMemory> Memories { get; } = [];

    public List<HostTraffic> Hosts { get; } = [];

    public RunOutcome Run() => _cluster.Run();

    public static RunOutcome Run(Scenario scenario, bool step = false, IServingObserver? observer = null) =>
        new Rig(scenario, step, observer).Run();
}
