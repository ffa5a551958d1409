using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>A decision has the contents of its kind and no others.</summary>
internal sealed class DecisionTests
{
    private static readonly Decision[] OneOfEach =
    [
        Decision.Run(true, 3, Blocked.Compute), Decision.Idle(Blocked.Memory), Decision.Admit(5, 7, true), Decision.Continue(2, 9),
        Decision.Preempt, Decision.Resume, Decision.Reject, Decision.Pass,
    ];

    private static readonly (string Name, Func<Decision, object?> Get, DecisionKind[] Of)[] Contents =
    [
        ("prompt", d => d.Prompt, [DecisionKind.Admit, DecisionKind.Continue]),
        ("offload", d => d.Offload, [DecisionKind.Admit]),
        ("batch", d => d.WithDecodes, [DecisionKind.Run]),
        ("horizon", d => d.Horizon, [DecisionKind.Run]),
        ("reason to wait", d => d.Blocked, [DecisionKind.Run, DecisionKind.Idle]),
    ];

    [Test]
    public void Contents_of_another_kind_cannot_be_read()
    {
        Assert.That(OneOfEach.Select(d => d.Kind), Is.EquivalentTo(Enum.GetValues<DecisionKind>()));
        foreach (Decision decision in OneOfEach)
        {
            foreach ((string name, Func<Decision, object?> get, DecisionKind[] of) in Contents)
            {
                string refusal = $"a decision to {decision.Kind} has no {name}";
                if (of.Contains(decision.Kind))
                    Assert.That(() => get(decision), Throws.Nothing, $"{decision.Kind} {name}");
                else
                    Assert.That(() => get(decision), Throws.InvalidOperationException.With.Message.EqualTo(refusal));
            }
        }
    }

    [Test]
    public void Contents_are_what_was_given()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Decision.Admit(5, 7, true).Prompt, Is.EqualTo(new PromptPart(5, 7, true)));
            Assert.That(Decision.Admit(5, 7).Offload, Is.Null);
            Assert.That(Decision.AdmitToHost(5, 2).Offload, Is.EqualTo(new PromptOffload(0, 0)));
            Assert.That(Decision.AdmitByLayer(5, 3, 1).Offload, Is.EqualTo(new PromptOffload(3, 1)));
            Assert.That(Decision.Run(true, 3, Blocked.Compute).Horizon, Is.EqualTo(3));
            Assert.That(Decision.Idle(Blocked.Memory).Blocked, Is.EqualTo(Blocked.Memory));
        }
    }
}
