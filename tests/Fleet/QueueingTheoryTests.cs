using ELLM.Sim.Serving;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Fleet;

/// <summary>Routers against what queueing theory says of them, within 99 % confidence of independent replications at fixed seeds.</summary>
/// <remarks>All times in mean service times, so that mu = 1; rho is the load of a server.</remarks>
internal sealed class QueueingTheoryTests
{
    private const double Level = 0.99;

    /// <summary>M/M/1: W = rho / (1 - rho).</summary>
    [TestCase(0.5)]
    [TestCase(0.7)]
    public void Random_routing_waits_as_in_M_M_1(double load) => Check(new Servers(4, load, "random"), load / (1 - load));

    /// <summary>Every k-th arrival of a Poisson process is an Erlang of k stages: the root of s = (k rho / (k rho + 1 - s))^k is the
    /// chance to wait, W = s / (1 - s).</summary>
    [TestCase(2, 0.7)]
    [TestCase(4, 0.8)]
    public void Round_robin_waits_as_in_E_k_M_1(int servers, double load)
    {
        double root = 0.5;
        for (int i = 0; i < 10_000; i++)
            root = Power(servers * load / ((servers * load) + 1 - root), servers);
        Check(new Servers(servers, load, "round-robin"), root / (1 - root));
    }

    /// <summary>Erlang's C: W = C / (k (1 - rho)).</summary>
    [TestCase(2, 0.8)]
    [TestCase(8, 0.8)]
    public void Central_queue_waits_as_in_M_M_k(int servers, double load) =>
        Check(new Servers(servers, load, "central-queue:places=1"), ErlangC(servers, load) / (servers * (1 - load)));

    /// <summary>A chain of (shorter, longer) queue, truncated at 60 of each, solved by iteration; W = E[N] / lambda - 1.</summary>
    [TestCase(0.7)]
    public void Least_outstanding_of_two_waits_as_its_Markov_chain_says(double load) =>
        Check(new Servers(2, load, "least-outstanding"), ShorterQueueChain.MeanWait(load, 60));

    [TestCase(8, 0.8)]
    public void Least_outstanding_waits_between_M_M_k_and_k_M_M_1(int servers, double load)
    {
        (double low, double high) = Confidence(new Servers(servers, load, "least-outstanding").MeanWaits(8, 20_000, 2_000));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(low, Is.GreaterThan(ErlangC(servers, load) / (servers * (1 - load))));
            Assert.That(high, Is.LessThan(load / (1 - load)));
        }
    }

    /// <summary>Mean field of two choices: a share rho^(2^i - 1) of the servers has i requests or more.</summary>
    [Test]
    public void Two_choices_of_a_thousand_have_the_tail_of_the_mean_field()
    {
        const int Count = 1_000;
        const double Load = 0.8;
        RequestRecord[] records = new Servers(Count, Load, "power-of-choices:choices=2").Run(1, 60_000).Records;
        double[] share = TailShares(records, Count, from: records[20_000].ArrivalPs, to: records[^1].ArrivalPs);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(share[1], Is.EqualTo(Load).Within(0.02), "one or more");
            Assert.That(share[2], Is.EqualTo(Power(Load, 3)).Within(0.02), "two or more");
            Assert.That(share[3], Is.EqualTo(Power(Load, 7)).Within(0.02), "three or more: 0.33 if servers were drawn once");
            Assert.That(share[4], Is.EqualTo(Power(Load, 15)).Within(0.01), "four or more");
            Assert.That(share[5], Is.LessThan(0.005), "five or more");
        }
    }

    private static void Check(Servers servers, double wait)
    {
        (double low, double high) = Confidence(servers.MeanWaits(10, 40_000, 2_000));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(wait, Is.InRange(low, high));
            Assert.That((high - low) / wait, Is.LessThan(0.2), "too wide to say anything");
        }
    }

    private static (double Low, double High) Confidence(double[] means)
    {
        double half = StudentT.InvCDF(0, 1, means.Length - 1, 0.5 + (Level / 2)) * means.StandardDeviation() / Math.Sqrt(means.Length);
        return (means.Mean() - half, means.Mean() + half);
    }

    private static double ErlangC(int servers, double load)
    {
        double offered = servers * load, term = 1, sum = 0;
        for (int i = 0; i < servers; i++)
        {
            sum += term;
            term *= offered / (i + 1);
        }
        double wait = term / (1 - load);
        return wait / (sum + wait);
    }

    private static double Power(double number, int exponent)
    {
        double product = 1;
        for (int i = 0; i < exponent; i++)
            product *= number;
        return product;
    }

    /// <summary>Time average of the share of servers with so many requests or more.</summary>
    private static double[] TailShares(RequestRecord[] records, int servers, long from, long to)
    {
        (long Ps, int Server, int Change)[] events =
        [
            .. records.Select(r => (r.ArrivalPs, (int)r.Replica, 1)),
            .. records.Select(r => (r.FinishPs, (int)r.Replica, -1)),
        ];
        int[] at = new int[servers];
        int[] having = new int[1_000];
        having[0] = servers;
        double[] integral = new double[1_000];
        long lastPs = from;
        foreach ((long ps, int server, int change) in events.OrderBy(e => e.Item1))
        {
            if (ps > from)
            {
                long untilPs = Math.Min(ps, to);
                for (int i = 0; i < 10; i++)
                    integral[i] += having[i] * (double)(untilPs - lastPs);
                lastPs = untilPs;
            }
            if (change > 0)
                having[++at[server]]++;
            else
                having[at[server]--]--;
        }
        return [.. integral.Select(sum => sum / servers / (to - from))];
    }
}
