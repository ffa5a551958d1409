namespace ELLM.Sim.Cli.Options;

/// <summary>Headings of help.</summary>
internal static class HelpGroups
{
    public const string Workload = "Trace";
    public const string Deployment = "Deployment";
    public const string Objectives = "Objectives";
    public const string Results = "Results";
    public const string Running = "Running";
    public const string Queues = "Queues";
    public const string Other = "Other";

    /// <summary>Of options; one that is not named here stands before them.</summary>
    public static List<string> Order { get; } = [Workload, Deployment, Objectives, Running, Results, Queues, Other];

    public const string Run = "Run";
    public const string Trust = "Check";
    public const string Look = "Look up";
    public const string Machine = "Measure this machine";
    public const string Shell = "Shell";
}
