using System.Diagnostics;

namespace ELLM.Sim.Tests.Cli.Sweep;

/// <summary>The command line as a process of its own, to be killed or to be given another environment.</summary>
internal static class EllmProcess
{
    public static Process Start(IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "ellm.dll");
        // A shell starts its background jobs with SIGINT ignored, and children inherit that: what Ctrl-C does could not be seen there.
        string[] command = OperatingSystem.IsLinux()
            ? ["env", "--default-signal=INT", Environment.ProcessPath!]
            : [Environment.ProcessPath!];
        ProcessStartInfo start = new(command[0], [.. command[1..], program, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static (int Code, string Out, string Error) Run(IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        using Process process = Start(environment, args);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
