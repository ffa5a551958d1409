using System.Reflection;
using System.Runtime.CompilerServices;
using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>A term is one field: its name, its meaning and its place follow from it.</summary>
internal sealed class LatencyLedgerTests
{
    private static readonly FieldInfo[] Fields = typeof(LatencyLedger).GetFields(BindingFlags.Public | BindingFlags.Instance);

    [Test]
    public void Every_field_is_a_term_at_its_own_index()
    {
        Assert.That(LedgerTerms.All, Has.Count.EqualTo(Fields.Length).And.Count.EqualTo(LatencyLedger.Count));
        foreach (FieldInfo field in Fields)
        {
            object ledger = default(LatencyLedger);
            field.SetValue(ledger, 7L);
            LatencyLedger one = (LatencyLedger)ledger;
            int term = Enumerable.Range(0, LatencyLedger.Count).Single(t => one[t] == 7);
            Assert.That(LedgerTerms.All[term].Name.Replace("_", "", StringComparison.Ordinal), Is.EqualTo(field.Name).IgnoreCase);
            Assert.That(one.Total, Is.EqualTo(7), "the total leaves no term out");
        }
    }

    [Test]
    public void Names_are_those_of_columns() =>
        Assert.That(LedgerTerms.All.Select(t => t.Name).Take(3), Is.EqualTo(new[] { "queue_memory", "queue_compute", "prefill" }));

    /// <summary>
    /// A run has one record for each of millions of requests, and touches a sequence in every span. What one feature alone reads
    /// (layers on the host) is in an array that this feature makes; a larger size here is a decision, not an accident.
    /// </summary>
    [Test]
    public void Records_and_sequences_have_no_state_that_one_feature_alone_reads()
    {
        Assert.That(Unsafe.SizeOf<RequestRecord>(), Is.EqualTo(152));
        Assert.That(Unsafe.SizeOf<Sequence>(), Is.EqualTo(72));
    }
}
