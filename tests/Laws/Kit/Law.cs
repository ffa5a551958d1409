using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework.Internal;

namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>Tries a law on many scenarios of a fixed seed; a failure prints the smallest scenario that breaks it.</summary>
internal static class Law
{
    public static void Holds(int cases, ulong seed, Action<Scenario> law) => Holds(Scenarios.Any, cases, seed, law);

    public static void Holds(Func<Random, Scenario> make, int cases, ulong seed, Action<Scenario> law) =>
        Prop.ForAll(Scenarios.Arbitrary(make), scenario => Try(law, scenario))
            .Check(Config.QuickThrowOnFailure.WithReplay(seed, 17UL).WithMaxTest(cases));

    /// <summary>A failed assertion on the way to the smallest scenario is not the test's own.</summary>
    private static void Try(Action<Scenario> law, Scenario scenario)
    {
        using TestExecutionContext.IsolatedContext isolated = new();
        law(scenario);
    }
}
