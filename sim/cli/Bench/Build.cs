using System.Diagnostics;
using System.Globalization;

namespace ELLM.Sim.Cli.Bench;

/// <summary>A built <c>ellm</c>, run as a process.</summary>
/// <param name="Directory">Holds the program and its files.</param>
internal sealed record Build(string Directory)
{
    private static readonly string[] Programs = ["ellm", "ellm.exe", "ellm.dll"];

    /// <summary>The one that runs now.</summary>
    public static Build This { get; } = new(AppContext.BaseDirectory);

    /// <exception cref="InputException">The folder holds no program.</exception>
    public static Build In(string directory) => Program(directory) is null
        ? throw new InputException($"--against {directory}: expected a folder with a built ellm, found none")
        : new Build(directory);

    /// <summary>Measures a row in a process of its own, so that no other row has taught the runtime anything; null when the build
    /// has no such row.</summary>
    public BenchRound? Measure(string row, int laps)
    {
        (int code, string output, string error) = Run("bench", "--round", row, "--laps", laps.ToString(CultureInfo.InvariantCulture));
        return code switch
        {
            ExitCode.Done => BenchRound.Parse(output),
            ExitCode.BadInput => null,
            _ => throw new InputException($"{Directory}: bench --round {row} ended with exit code {code}: {error.Trim()}"),
        };
    }

    public (int Code, string Output, string Error) Run(params string[] arguments)
    {
        string program = Program(Directory)!;
        ProcessStartInfo start = new() { RedirectStandardOutput = true, RedirectStandardError = true };
        start.FileName = program.EndsWith(".dll", StringComparison.Ordinal) ? "dotnet" : program;
        if (start.FileName != program)
            start.ArgumentList.Add(program);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start) ?? throw new InputException($"{program}: cannot be started");
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    private static string? Program(string directory) =>
        Programs.Select(name => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
}
