using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Independent clients, each with Gamma gaps: rates follow Zipf's law, burstiness a lognormal.</summary>
/// <param name="RatePerS">Rate of all clients together.</param>
/// <param name="Clients">How many.</param>
/// <param name="ZipfExponent">Client of rank r has a share in proportion to 1/r^exponent.</param>
/// <param name="CvMu">Log mean of a client's coefficient of variation of gaps.</param>
/// <param name="CvSigma">Log standard deviation of the same.</param>
/// <param name="CvMax">The coefficient is cut to this, and to 0.001 from below.</param>
public sealed record ClientArrivals(
    double RatePerS, int Clients, double ZipfExponent, double CvMu, double CvSigma, double CvMax = 20) : ArrivalSpec
{
    /// <summary>Gaps as regular as this are a clock's: the shape of their distribution grows beyond what can be drawn from.</summary>
    private const double LeastCv = 1e-3;

    public override double NominalRatePerS => RatePerS;

    internal override double[] Sample(int count, RandomStream random)
    {
        double[] shares = Distributions.ZipfWeights(Clients, ZipfExponent);
        PriorityQueue<int, (double Time, int Client)> next = new();
        RandomStream[] streams = new RandomStream[Clients];
        double[] shape = new double[Clients];
        for (int client = 0; client < Clients; client++)
        {
            double cv = Math.Clamp(Distributions.Lognormal(random, CvMu, CvSigma), LeastCv, CvMax);
            shape[client] = 1 / (cv * cv);
            streams[client] = new RandomStream(random.NextBits());
            // A random phase, so that clients do not start together.
            double first = streams[client].NextDouble() * Gap(client);
            next.Enqueue(client, (first, client));
        }
        double[] times = new double[count];
        for (int i = 0; i < count; i++)
        {
            next.TryDequeue(out int client, out (double Time, int Client) at);
            times[i] = at.Time;
            next.Enqueue(client, (at.Time + Gap(client), client));
        }
        return times;

        double Gap(int client) => Distributions.Gamma(streams[client], shape[client], 1 / (RatePerS * shares[client] * shape[client]));
    }

    internal override void Check(string where)
    {
        base.Check(where);
        Within(Clients, 1, 1_000_000, $"{where}.clients");
        Within(ZipfExponent, -10, 10, $"{where}.zipf_exponent");
        Within(CvMu, -LognormalMixture.LargestLog, LognormalMixture.LargestLog, $"{where}.cv_mu");
        Within(CvSigma, 0, LognormalMixture.LargestLog, $"{where}.cv_sigma");
        Within(CvMax, LeastCv, 1000, $"{where}.cv_max");
    }
}
