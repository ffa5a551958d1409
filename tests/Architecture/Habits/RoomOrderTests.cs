using NUnit.Framework;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>The rooms of every project stand in an order, and look one way.</summary>
internal sealed class RoomOrderTests
{
    internal static readonly RoomOrder Library = new(
        "sim/core/",
        "ELLM.Sim",
        [
            "Files", "Settings", "Numerics", "Time", "Hardware", "Models", "Memory", "Timing", "Workload", "Serving", "Fleet", "Policies",
            "Metrics", "Configuration", "Experiments",
            "Validation",
        ],
        RootIsTop: false);

    private static readonly RoomOrder[] Projects =
    [
        Library,
        new("sim/compat-vidur/", "ELLM.Sim.Compat.Vidur", ["Tables", "Schedulers", "Cases"], RootIsTop: true),
        new("plots/", "ELLM.Sim.Plots", ["Charts", "Layout", "Svg", "Pictures", "Figures", "Report"], RootIsTop: true),
        new("kernels/", "ELLM.Sim.Kernels", ["Driver", "Vmm", "Device", "Bodies", "Backends", "Measure", "Suites", "Fit"], RootIsTop: true),
        new("sim/cli/", "ELLM.Sim.Cli", ["Tables", "Screen", "Options", "Bench", "Commands"], RootIsTop: true),
    ];

    [TestCaseSource(nameof(Projects))]
    public void A_room_uses_only_rooms_below_it(RoomOrder project)
    {
        SourceFile[] files = [.. SourceFile.All.Where(project.Holds)];
        IReadOnlySet<string> contents = project.Contents(files);
        Assert.That(files.SelectMany(f => project.Violations(f, contents)), Is.Empty);
    }

    [TestCaseSource(nameof(Projects))]
    public void Every_folder_is_a_room(RoomOrder project) =>
        Assert.That(SourceFile.All.Where(project.Holds).Select(project.RoomOf).Where(r => r.Length > 0).Distinct(),
            Is.SubsetOf(project.Rooms), "a new folder takes its place in the order");

    [TestCaseSource(nameof(Projects))]
    public void Namespaces_are_folders(RoomOrder project)
    {
        foreach (SourceFile file in SourceFile.All.Where(project.Holds))
        {
            string folder = (Path.GetDirectoryName(file.Path[project.Folder.Length..]) ?? "").Replace('\\', '/').Replace('/', '.');
            string expected = folder.Length == 0 ? $"namespace {project.Namespace};" : $"namespace {project.Namespace}.{folder};";
            Assert.That(
                file.Text.Contains(expected, StringComparison.Ordinal) || file.Path.EndsWith("/Program.cs", StringComparison.Ordinal),
                $"{file.Path}: expected {expected}");
        }
    }

    [Test]
    public void Only_the_programs_know_the_console()
    {
        foreach (SourceFile file in SourceFile.Product.Where(f => !f.Path.StartsWith("sim/cli/", StringComparison.Ordinal)))
            Assert.That(file.Text, Does.Not.Match(@"\bConsole\.|System\.CommandLine|Spectre"), file.Path);
    }

    [Test]
    public void No_project_imports_namespaces_behind_its_files()
    {
        foreach (string file in SourceTree.Files.Where(f => Path.GetExtension(f) is ".csproj" or ".props" or ".targets"))
            Assert.That(SourceTree.Text(file), Does.Not.Contain("<Using "), file);
    }

    [TestCase("using ELLM.Sim.Serving;")]
    [TestCase("using global::ELLM.Sim.Serving;")]
    [TestCase("namespace ELLM.Sim.Memory; using Serving;")]
    [TestCase("namespace ELLM.Sim.Memory; using Sim.Serving;")]
    [TestCase("using R = ELLM.Sim.Serving.Replica;")]
    [TestCase("class C { ELLM.Sim.Serving.Replica F; }")]
    [TestCase("class C { Serving.Replica F; }")]
    [TestCase("class C { Sim.Serving.Replica F; }")]
    [TestCase("class C { Serving.Inner.Part F; }")]
    [TestCase("class C { int F = Serving.Replica.Count; }")]
    [TestCase("class C { int F => Sim.Serving.Replica.Of(1).Count; }")]
    [TestCase("class C { List<Serving.Replica?[]> F; }")]
    [TestCase("/// <summary><see cref=\"Serving.Replica\"/></summary>\nclass C;")]
    [TestCase("global using System;")]
    public void A_use_of_a_room_above_is_found(string text) => Assert.That(Found(text), Is.Not.Empty);

    [TestCase("using ELLM.Sim.Hardware;")]
    [TestCase("class C { Time.SimTime F; }")]
    [TestCase("class C { int Serving; int F => Serving.Length; }")]
    [TestCase("class C { int F => config.Serving.Replica; }")]
    [TestCase("// Serving.Replica, in words\nclass C { string F = \"ELLM.Sim.Serving\"; }")]
    public void A_use_of_a_room_below_passes(string text) => Assert.That(Found(text), Is.Empty);

    private static IEnumerable<string> Found(string text)
    {
        SourceFile[] serving =
        [
            SourceFile.Snippet("namespace ELLM.Sim.Serving; class Replica;", "sim/core/Serving/Replica.cs"),
            SourceFile.Snippet("namespace ELLM.Sim.Serving.Inner; class Part;", "sim/core/Serving/Inner/Part.cs"),
            SourceFile.Snippet("namespace ELLM.Sim.Time; struct SimTime;", "sim/core/Time/SimTime.cs"),
        ];
        return Library.Violations(SourceFile.Snippet(text), Library.Contents(serving));
    }
}
