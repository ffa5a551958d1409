using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>A fixed number of users who each wait for the answer, think, and ask again.</summary>
/// <param name="Users">Requests in the system at most.</param>
/// <param name="ThinkTimeS">Lognormal think time [s]; a constant has sigma 0, null is no think time.</param>
public sealed record ClosedLoopSpec(int Users, LognormalMixture? ThinkTimeS = null) : ArrivalSpec
{
    /// <summary>Not a property of the workload alone: completions make the arrivals. Counts as 1 so that checks pass.</summary>
    public override double NominalRatePerS => 1;

    internal override double[] Sample(int count, RandomStream random)
    {
        double[] think = new double[count];
        if (ThinkTimeS is not null)
        {
            for (int i = 0; i < count; i++)
                think[i] = ThinkTimeS.Sample(random);
        }
        return think;
    }

    internal override void Check(string where)
    {
        Need(Users >= 1, $"{where}.users: expected at least 1, found {Users}");
        Need(ScaleToRatePerS is null, $"{where}: a closed loop has no rate of its own");
        ThinkTimeS?.Check($"{where}.think_time_s");
    }
}
