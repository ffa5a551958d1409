using ELLM.Sim.Compat.Vidur.Cases;
using ELLM.Sim.Compat.Vidur.Tables;

namespace ELLM.Sim.Compat.Vidur;

/// <summary>What happened to one request; seconds, null for what never came.</summary>
public readonly record struct VidurRequestResult(
    int Id,
    double ArrivedAt,
    double? FirstScheduledAt,
    double? FirstTokenAt,
    double? FinishedAt,
    int Restarts,
    int Iterations);

/// <summary>A finished run.</summary>
/// <param name="Results">In the order of the requests given.</param>
/// <param name="Requests">The same requests with all that is known of them.</param>
/// <param name="Iterations">Batches over all replicas.</param>
/// <param name="EndS">Time of the last event.</param>
public sealed record VidurRunResult(
    VidurConfig Config,
    VidurMemoryPlan Memory,
    IReadOnlyList<VidurRequestResult> Results,
    IReadOnlyList<VidurRequest> Requests,
    IReadOnlyList<VidurReplicaMetrics> Replicas,
    long Iterations,
    double EndS)
{
    /// <summary>Requests that never ended: a head of the queue that can never fit stalls its replica for good.</summary>
    public int Unfinished => Results.Count(result => result.FinishedAt is null);

    public long Restarts => Results.Sum(result => (long)result.Restarts);
}

/// <summary>Runs requests in compatibility mode.</summary>
public static class VidurRun
{
    /// <exception cref="InputException">The configuration is refused, a table lacks a key, or LightLLM runs out of memory.</exception>
    public static VidurRunResult Execute(VidurCase @case, IVidurObserver? observer = null, CancellationToken cancel = default) =>
        Execute(@case.Config, @case.Requests, @case.Tables, observer, cancel);

    /// <param name="requests">In the order of their creation, which breaks ties of arrival times.</param>
    /// <exception cref="InputException">As above.</exception>
    public static VidurRunResult Execute(
        VidurConfig config,
        IReadOnlyList<VidurArrival> requests,
        IOperatorTable tables,
        IVidurObserver? observer = null,
        CancellationToken cancel = default)
    {
        config.Check();
        VidurMemoryPlan plan = VidurMemoryPlan.Of(config);
        VidurRequest[] running = [.. requests.Select(
            (request, id) => new VidurRequest(id, request.ArrivedAtS, request.PromptTokens, request.OutputTokens))];
        foreach (VidurRequest request in running)
        {
            if (request.Prompt < 1 || request.Output < 1 || !double.IsFinite(request.ArrivedAt))
                throw new InputException(
                    FormattableString.Invariant(
                        $"vidur: request {request.Id}: expected a time, a prompt and an output of at least one token, found {request.ArrivedAt} s, {request.Prompt} and {request.Output}"));
        }
        VidurSimulation simulation = new(config, plan, new VidurIterationTime(config, tables), observer);
        simulation.Run(running, cancel);
        return new VidurRunResult(
            config,
            plan,
            [.. running.Select(Result)],
            running,
            [.. simulation.Replicas.Select(replica => replica.Metrics)],
            simulation.Iterations,
            simulation.Now);
    }

    private static VidurRequestResult Result(VidurRequest request) => new(
        request.Id,
        request.ArrivedAt,
        request.FirstScheduledAt,
        request.FirstTokenAt,
        request.CompletedAt,
        request.Restarts,
        request.Iterations);
}
