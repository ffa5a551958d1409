using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using ELLM.Sim.Tests.Architecture;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Packaging;

/// <summary>What is published, packed here, installed to a folder of its own and run from elsewhere.</summary>
[NonParallelizable]
internal sealed class PackageTests
{
    private const int LargestToolBytes = 15_000_000;
    private static readonly Dictionary<string, string> Plain = [];
    private ScratchFolder _folder = null!;

    private static string Runtime { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
        + "-" + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    private string Packages => _folder.In("packages");

    [OneTimeSetUp]
    public void Pack()
    {
        _folder = new ScratchFolder();
        string folder = _folder.Path;
        foreach (string project in (string[])["sim/core", "sim/cli"])
        {
            string output = DotnetCommand.Run(
                folder, Plain, "pack", Path.Combine(SourceTree.Root, project),
                "-c", "Release", "-o", Packages, "--nologo", $"-p:ToolPackageRuntimeIdentifiers={Runtime}");
            Assert.That(output, Does.Not.Contain("warning"));
        }
    }

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Tool_runs_from_a_folder_of_its_own()
    {
        string tool = _folder.In("tool"), run = _folder.In("run"), elsewhere = _folder.In("elsewhere");
        Directory.CreateDirectory(elsewhere);
        DotnetCommand.Run(elsewhere, Home, "tool", "install", "ELLM.Sim.Tool", "--tool-path", tool, "--source", Packages);
        string dll = Directory.GetFiles(tool, "ellm.dll", SearchOption.AllDirectories).Single();
        string version = XDocument.Load(Path.Combine(SourceTree.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        Assert.That(DotnetCommand.Run(elsewhere, Plain, dll, "--version").Trim(), Is.EqualTo(version));
        DotnetCommand.Run(elsewhere, Plain, dll, "compare", "chat", "--limit", "30", "--policies", "vllm,ellm", "--out", run, "--quiet");
        Assert.That(DotnetCommand.Run(elsewhere, Plain, dll, "calibrate", "check"), Does.StartWith("the kernels agree with their bodies"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Path.Combine(run, "report.html"), Does.Exist);
            Assert.That(Path.Combine(run, "figures", "latency.png"), Does.Exist, "Skia came with the package");
            Assert.That(Directory.EnumerateFileSystemEntries(elsewhere), Is.Empty);
        }
    }

    [Test]
    public void Packages_are_small_and_say_what_they_are()
    {
        string[] files = Directory.GetFiles(Packages, "*.nupkg");
        Assert.That(files, Has.Length.EqualTo(3), "library, tool, the tool for this system");
        foreach (string file in files)
        {
            using ZipArchive zip = ZipFile.OpenRead(file);
            using Stream nuspec = zip.Entries.Single(e => e.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
            XElement about = XDocument.Load(nuspec).Root!.Elements().First();
            string Of(string name) => about.Elements().SingleOrDefault(e => e.Name.LocalName == name)?.Value ?? "";
            using (Assert.EnterMultipleScope())
            {
                Assert.That(new FileInfo(file).Length, Is.LessThan(LargestToolBytes), file);
                Assert.That((Of("license"), Of("authors")), Is.EqualTo(("MIT", "ELLM.Sim contributors")), file);
                Assert.That(Of("description"), Has.Length.GreaterThan(20), file);
                if (!file.Contains(Runtime, StringComparison.Ordinal))
                    Assert.That(Of("readme"), Is.EqualTo("README.md"), file);
            }
        }
    }

    [Test]
    public void Policy_template_builds_from_a_copy_against_the_package()
    {
        string copy = _folder.In("my-policies");
        Directory.CreateDirectory(copy);
        string[] template = Directory.GetFiles(Path.Combine(SourceTree.Root, "docs/policy-template"));
        foreach (string file in template.Where(f => Path.GetFileName(f) != "packages.lock.json"))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        DotnetCommand.Run(copy, Home, "build", "--nologo", "-warnaserror", $"-p:RestoreAdditionalProjectSources={Packages}");
        string assembly = Path.Combine(copy, "bin", "Debug", "net10.0", "MyPolicies.dll");
        string said = DotnetCommand.Run(
            copy, Plain, Path.Combine(AppContext.BaseDirectory, "ellm.dll"), "compare", "chat", "--limit", "30", "--no-report", "--quiet",
            "--policies", $"vllm,{Path.Combine(copy, "my-policy.json")}", "--policy-assembly", assembly);
        Assert.That(said, Does.Contain("my-policy"));
    }

    /// <summary>A home of its own, so that no package of an earlier run is taken for this one; what the feed gives is shared.</summary>
    private Dictionary<string, string> Home => new()
    {
        ["NUGET_PACKAGES"] = _folder.In("nuget"),
        ["DOTNET_CLI_HOME"] = _folder.In("home"),
    };
}
