using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Trust;

/// <summary>An objective that no clock reaches is none: products of objectives and tokens do not wrap around.</summary>
internal sealed class LargeObjectivesTests
{
    private static readonly string[] Large = ["86400", "1e6"];

    [TestCaseSource(nameof(Large))]
    public void A_looser_objective_never_makes_requests_wait_longer(string tpotS)
    {
        string[] args =
        [
            "compare", "chat", "--limit", "300", "--rate", "6", "--policies", "layerkv,ellm", "--no-oracle", "--format", "csv", "--quiet",
        ];
        (int code, string wide, string error) = Ellm.Run([.. args, "--slo", $"ttft=2,tpot={tpotS}"]);
        Assert.That(code, Is.Zero, error);
        (_, string narrow, _) = Ellm.Run([.. args, "--slo", "ttft=2,tpot=600"]);
        Assert.That(Without(wide, "slo_tpot_s"), Is.EqualTo(Without(narrow, "slo_tpot_s")));
    }

    [TestCaseSource(nameof(Large))]
    public void Jumping_equals_stepping(string tpotS)
    {
        using ScratchFolder folder = new();
        string trace = folder.File("late.csv", "arrival_s,input_tokens,output_tokens\n0,3,200\n0.00000002,2,1\n0.5,40,30\n");
        string[] args =
        [
            "compare", trace, "--policies", "layerkv", "--gpu", "b200", "--set", "engine.max_num_batched_tokens=512", "--slo",
            $"ttft=1us,tpot={tpotS}", "--no-oracle", "--format", "csv", "--quiet",
        ];
        (int code, string jumped, string error) = Ellm.Run(args);
        Assert.That(code, Is.Zero, error);
        Assert.That(Ellm.Run([.. args, "--step"]).Out, Is.EqualTo(jumped));
    }

    private static string Without(string csv, string column)
    {
        string[][] rows = [.. csv.TrimEnd('\n').Split('\n').Select(line => line.Split(','))];
        int at = Array.IndexOf(rows[0], column);
        return string.Join('\n', rows.Select(row => string.Join(',', row.Where((_, i) => i != at))));
    }
}
