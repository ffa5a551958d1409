using System.Diagnostics;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Packaging;

/// <summary>The SDK that runs the tests, as a process of its own.</summary>
internal static class DotnetCommand
{
    /// <summary>Runs it; fails the test with all it said when it fails.</summary>
    public static string Run(string folder, IReadOnlyDictionary<string, string> environment, params string[] words)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, words)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        // A build server that outlives the test would hold its folders.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["CI"] = "";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"dotnet {string.Join(' ', words)}\n{output}");
        return output;
    }
}
