using ELLM.Sim.Memory;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>The wrapper that every law runs its memory in refuses what the protocol does not have, and nothing else.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class MemoryProtocolTests
{
    private static readonly KvDemand Prompt = new(20, 40, 21);
    private static readonly IterationLoad Alone = new(false, 20);
    private static readonly IterationLoad Decodes = new(true, 1);

    private readonly ProtocolMemory _memory = new(new PagedKv(10, 16, 0, BlockCheck.Needed, 1));
    private KvGrant _grant;
    private KvSpan _span;

    [Test]
    public void A_sequence_is_admitted_extended_decodes_leaves_and_is_released()
    {
        Admit();
        Assert.That(_memory.CanExtend(_grant, 33, Alone));
        _memory.Extend(ref _grant, 33);
        _memory.Join(ref _grant, 33);
        Assert.That(_memory.Horizon(50, 33, 1), Is.EqualTo(50));
        _memory.StartIteration(Decodes, 0);
        long steps = _memory.Horizon(50, 33, 1);
        _memory.Advance(steps, ref _span, true);
        Assert.That(_memory.UnitsOf(_grant, 83), Is.EqualTo(_memory.UsedUnits).And.EqualTo(6));
        _memory.Leave(ref _grant, 83);
        _memory.Release(ref _grant, 83);
        Assert.That(_memory.UsedUnits, Is.Zero);
        Assert.That(_grant, Is.EqualTo(default(KvGrant)));
    }

    [Test]
    public void Nothing_is_taken_that_no_question_found_room_for()
    {
        Refused("Admit", () => _memory.Admit(ref _grant, Prompt, Alone));
        _memory.CanAdmit(Prompt with { Tokens = 19 }, Alone);
        Refused("Admit", () => _memory.Admit(ref _grant, Prompt, Alone));
        KvGrant other = default;
        _memory.CanAdmit(Prompt, Alone);
        _memory.Admit(ref other, Prompt, Alone);
        Refused("Admit", () => _memory.Admit(ref _grant, Prompt, Alone));
        Refused("Extend", () => _memory.Extend(ref other, 21));
    }

    [Test]
    public void Who_holds_nothing_has_nothing_to_extend_join_or_release()
    {
        Refused("Extend", () => _memory.Extend(ref _grant, 1));
        Refused("Join", () => _memory.Join(ref _grant, 1));
        Refused("Leave", () => _memory.Leave(ref _grant, 1));
        Refused("Release", () => _memory.Release(ref _grant, 0));
        Refused("Evict", () => _memory.Evict(ref _grant, 0));
    }

    [Test]
    public void A_decoding_sequence_leaves_with_what_it_has_grown_to_and_before_its_release()
    {
        Admit();
        Refused("Leave", () => _memory.Leave(ref _grant, 20));
        Refused("Join", () => _memory.Join(ref _grant, 21));
        _memory.Join(ref _grant, 20);
        Refused("Join", () => _memory.Join(ref _grant, 20));
        Refused("Release", () => _memory.Release(ref _grant, 20));
        Refused("Evict", () => _memory.Evict(ref _grant, 20));
        _memory.StartIteration(Decodes, 0);
        _memory.Advance(1, ref _span, true);
        Refused("Leave", () => _memory.Leave(ref _grant, 20));
        _memory.Leave(ref _grant, 21);
        Refused("Release", () => _memory.Release(ref _grant, 20));
        Refused("Leave", () => _memory.Leave(ref _grant, 21));
    }

    [Test]
    public void While_an_iteration_runs_nothing_changes()
    {
        Admit();
        Refused("StartIteration", () => _memory.StartIteration(Decodes, 0));
        _memory.Join(ref _grant, 20);
        _memory.StartIteration(Decodes, 0);
        Refused("StartIteration", () => _memory.StartIteration(Decodes, 0));
        Refused("Leave", () => _memory.Leave(ref _grant, 20));
        _memory.CanAdmit(Prompt, Alone);
        KvGrant other = default;
        Refused("Admit", () => _memory.Admit(ref other, Prompt, Alone));
    }

    [Test]
    public void A_jump_is_no_longer_than_was_promised()
    {
        Admit();
        _memory.Join(ref _grant, 20);
        Refused("Advance", () => _memory.Advance(1, ref _span, true));
        _memory.StartIteration(Decodes, 0);
        Refused("Advance", () => _memory.Advance(2, ref _span, true));
        long steps = _memory.Horizon(7, 20, 1);
        Refused("Advance", () => _memory.Advance(steps + 1, ref _span, true));
        Refused("Advance", () => _memory.Advance(0, ref _span, true));
        _memory.Advance(steps, ref _span, true);
    }

    private void Admit()
    {
        Assert.That(_memory.CanAdmit(Prompt, Alone), Is.EqualTo(Admission.Now));
        _memory.Admit(ref _grant, Prompt, Alone);
    }

    private static void Refused(string call, Action action) =>
        Assert.That(action, Throws.InstanceOf<ProtocolException>().With.Message.StartsWith(call + " "));
}
