using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Validation;

[TestFixture]
internal sealed class ProfileCommandTests
{
    private const string Header = "operator,tp,x,y,time_us\n";

    private static readonly string Table = Header + string.Concat(
        ((string[])["qkv_proj", "o_proj", "up_proj", "down_proj", "elementwise", "ends", "lm_head", "sampler"]).Select(
            name => $"{name},1,1,0,10\n{name},1,512,0,100\n"))
        + "attn_decode,1,1,128,15\nattn_decode,1,64,128,25\nattn_prefill,1,64,0,20\nattn_prefill,1,512,0,40\n";

    [Test]
    public void Import_then_compare_has_no_error()
    {
        using ScratchFolder folder = new();
        folder.File("operators.csv", Table);
        string target = folder.In("mine");
        (int imported, _, string said) = Ellm.Run("profile", "import", folder.Path, "--out", target);
        (int compared, string rows, _) = Ellm.Run("profile", "compare", $"table:{folder.Path}", $"table:{target}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(imported, Is.Zero);
            Assert.That(said, Does.Contain($"use it with --set timing.model=table:{target}"));
            Assert.That(compared, Is.Zero);
            Assert.That(rows.Split('\n').Where(line => line.StartsWith("decode iteration", StringComparison.Ordinal)).Single(),
                Does.Contain("0.0 %"));
        }
    }

    [Test]
    public void Compare_tables_without_attention_takes_the_formulas()
    {
        using ScratchFolder folder = new();
        folder.File("operators.csv",
            string.Concat(Table.Split('\n').Where(line => !line.StartsWith("attn", StringComparison.Ordinal)).Select(line => line + "\n")));
        (int code, string rows, string said) = Ellm.Run("profile", "compare", $"table:{folder.Path}+analytic", "analytic");
        Assert.That(code, Is.Zero, said);
        Assert.That(rows.Split('\n').Single(line => line.StartsWith("prefill attention", StringComparison.Ordinal)), Does.Contain("0.0 %"));
    }

    [Test]
    public void Replay_with_tables_flags_where_it_extrapolated()
    {
        using ScratchFolder folder = new();
        folder.File("operators.csv", Table);
        (int code, _, string said) =
            Ellm.Run("replay", "chat", "--limit", "20", "--time-model", $"table:{folder.Path}", "--out", folder.In("run"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(said, Does.Contain("extrapolated by the analytic shape: decode attention, KV length up to"));
            Assert.That(File.ReadAllText(folder.In("run/summary.json")), Does.Contain("extrapolated by the analytic shape"));
        }
    }

    [Test]
    public void Show_faulty_table_exits_with2_and_one_line()
    {
        using ScratchFolder folder = new();
        folder.File("operators.csv", Header + "qkv_proj,1,1,0,nan\n");
        (int code, _, string error) = Ellm.Run("profile", "show", folder.Path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(error, Does.EndWith("operators.csv:2: expected a time above zero in time_us, found 'nan'\n"));
        }
    }
}
