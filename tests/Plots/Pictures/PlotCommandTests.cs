using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Plots.Pictures;

/// <summary><c>ellm plot --format png</c>, pictures beside the page, and a program that has no Skia.</summary>
internal sealed class PlotCommandTests
{
    private ScratchFolder _folder = null!;
    private string _run = "";

    [OneTimeSetUp]
    public void Compare()
    {
        _folder = new ScratchFolder();
        _run = _folder.In("run");
        Assert.That(Ellm.Run("compare", "chat", "--limit", "60", "--policies", "vllm,ellm", "--out", _run).Code, Is.Zero);
    }

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void A_named_folder_has_a_picture_beside_every_figure_of_the_page()
    {
        string[] Names(string extension) => [.. Directory.GetFiles(Path.Combine(_run, "figures"), "*" + extension).Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];
        Assert.That(Names(".png"), Is.EqualTo(Names(".svg")).And.Contains("latency"));
    }

    [Test]
    public void Results_made_anew_keep_no_picture_of_the_old_ones()
    {
        string run = _folder.In("anew");
        string[] again = ["compare", "chat", "--limit", "20", "--policies", "vllm", "--out", run];
        Ellm.Run(again);
        Ellm.Run("plot", run, "--format", "webp");
        Assert.That(File.Exists(Path.Combine(run, "figures", "load.webp")));
        Assert.That(Ellm.Run([.. again, "--force", "--no-report"]).Code, Is.Zero);
        Assert.That(Directory.EnumerateFiles(Path.Combine(run, "figures")), Is.Empty);
        Assert.That(File.Exists(Path.Combine(run, "report.html")), Is.False);
    }

    [TestCase("png", 0x89)]
    [TestCase("webp", 'R')]
    public void Plot_writes_one_figure_in_the_form_that_is_asked_for(string format, int first)
    {
        (int code, string output, _) = Ellm.Run("plot", _run, "--format", format, "--figure", "latency", "--theme", "dark", "--size", "640x400");
        Assert.That(code, Is.Zero);
        Assert.That(Path.GetFileName(output.TrimEnd()), Is.EqualTo("latency." + format));
        Assert.That(File.ReadAllBytes(output.TrimEnd())[0], Is.EqualTo(first));
    }

    [TestCase("10x10")]
    [TestCase("1200")]
    [TestCase("1200x")]
    [TestCase("-1200x700")]
    [TestCase("1e3x700")]
    [TestCase("9000x700")]
    public void A_size_that_is_none_is_one_line(string size)
    {
        (int code, _, string error) = Ellm.Run("plot", _run, "--format", "png", "--size", size);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Is.EqualTo($"ellm: --size: expected WxH in pixels, each from 300 to 8000, as 1200x700; found '{size}'\n"));
    }

    [Test]
    public void A_figure_that_cannot_be_drawn_is_one_line_and_the_others_are_written()
    {
        string run = _folder.In("narrow"), png = Path.Combine(run, "figures", "latency.png"), other = Path.Combine(run, "figures", "load.png");
        Ellm.Run("compare", "chat", "--limit", "20", "--policies", "vllm", "--no-report", "--out", run);
        (int code, _, string error) = Ellm.Run("plot", run, "--format", "png", "--size", "300x300");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1).And.All.StartsWith("ellm: figure latency: 3 columns of panels do not fit 300 pixels"));
            Assert.That(File.Exists(png), Is.False);
            Assert.That(File.Exists(other));
        }
    }

    [Test]
    public void Pixels_are_the_same_without_the_fonts_of_the_system()
    {
        string[] hide = ["-rm", "sh", "-c", "mount -t tmpfs none /usr/share/fonts && exec \"$@\"", "sh"];
        (int Code, string Error) Ran(string program, params string[] words)
        {
            using System.Diagnostics.Process process = System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, error.GetAwaiter().GetResult());
        }
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/usr/share/fonts") || Ran("unshare", [.. hide, "true"]).Code != 0)
            Assert.Ignore("a folder of fonts cannot be hidden from one process here");
        string[] draw =
            [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "ellm.dll"), "plot", _run,
                "--format", "png", "--figure", "ledger"];
        string png = Path.Combine(_run, "figures", "ledger.png");
        Assert.That(Ran(draw[0], draw[1..]).Code, Is.Zero);
        byte[] with = File.ReadAllBytes(png);
        File.Delete(png);
        (int code, string error) = Ran("unshare", [.. hide, .. draw]);
        Assert.That(code, Is.Zero, error);
        Assert.That(File.ReadAllBytes(png), Is.EqualTo(with));
    }

    [Test]
    public void A_program_without_Skia_does_everything_but_pictures()
    {
        string program = _folder.In("program"), run = _folder.In("bare");
        Directory.CreateDirectory(program);
        // Without ellm.deps.json the host takes the assemblies that lie beside the program.
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Append(Path.Combine(AppContext.BaseDirectory, "ellm.runtimeconfig.json")))
        {
            if (!Path.GetFileName(file).StartsWith("Skia", StringComparison.Ordinal) && !Path.GetFileName(file).StartsWith("ScottPlot", StringComparison.Ordinal))
                File.Copy(file, Path.Combine(program, Path.GetFileName(file)));
        }
        (int Code, string Out, string Error) Ran(params string[] words)
        {
            using System.Diagnostics.Process process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
                Environment.ProcessPath!, [Path.Combine(program, "ellm.dll"), .. words])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.GetAwaiter().GetResult());
        }
        const string Line = "pictures: not drawn: Skia, the library that draws them, is not here for this system";
        (int code, _, string told) = Ran("compare", "chat", "--limit", "20", "--policies", "vllm", "--out", run);
        (int svg, _, string svgError) = Ran("plot", run, "--format", "svg");
        (int png, _, string pngError) = Ran("plot", run, "--format", "png", "--figure", "load");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Ran("--version").Code, Is.Zero);
            Assert.That((code, File.Exists(Path.Combine(run, "report.html"))), Is.EqualTo((0, true)), told);
            Assert.That(told, Does.Contain(Line));
            Assert.That((svg, svgError), Is.EqualTo((0, "")));
            Assert.That((png, pngError.TrimEnd().Split('\n').Length), Is.EqualTo((2, 1)), pngError);
            Assert.That(pngError, Does.Contain(Line));
        }
    }
}
