using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using System.Security.Cryptography;
using ELLM.Sim.Files;
using ELLM.Sim.Fleet;
using ELLM.Sim.Memory;

namespace ELLM.Sim.Policies;

/// <summary>What an assembly of a user's own offers: a public class with this interface and a constructor without parameters.</summary>
/// <remarks>Names must be new. A preset file, or <c>--set policy.scheduler=NAME</c>, then uses them like shipped ones.</remarks>
public interface IPolicyPlugin
{
    IEnumerable<SchedulerEntry> Schedulers => [];

    IEnumerable<LayoutEntry> Layouts => [];

    IEnumerable<RouterEntry> Routers => [];
}

/// <summary>A loaded assembly of policies.</summary>
/// <param name="Name">File name.</param>
/// <param name="Sha256">Of its bytes, lower-case hex: what results name as their origin.</param>
/// <param name="Entries">Names of the schedulers, layouts and routers it added.</param>
public sealed record PolicyAssembly(string Name, string Sha256, IReadOnlyList<string> Entries)
{
    private static readonly Lock Loading = new();
    private static readonly List<PolicyAssembly> All = [];

    /// <summary>Those loaded so far, in order.</summary>
    public static IReadOnlyList<PolicyAssembly> Loaded
    {
        get
        {
            lock (Loading)
                return [.. All];
        }
    }

    /// <summary>Those that a run takes its scheduler, layout or router from.</summary>
    public static IEnumerable<PolicyAssembly> UsedBy(PolicySpec policy, string router) =>
        Loaded.Where(a => a.Entries.Contains(policy.Scheduler) || a.Entries.Contains(policy.Layout)
            || a.Entries.Contains(router.Split(':')[0]));

    /// <summary>Loads an assembly and adds what it offers to the catalogues; the same file again changes nothing.</summary>
    /// <remarks>Its code runs with the rights of this process. Its dependencies are looked for beside it.</remarks>
    /// <exception cref="InputException">Not a .NET assembly, of another contract version, without a policy, or with a name or a knob that is taken.</exception>
    [RequiresUnreferencedCode("Loads code that trimming cannot see: publish without trimming.")]
    public static PolicyAssembly Load(string path)
    {
        byte[] bytes = Read(path);
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        lock (Loading)
        {
            PolicyAssembly? known = All.FirstOrDefault(a => a.Sha256 == hash);
            if (known is not null)
                return known;
            CheckContract(path, bytes);
            List<IPolicyPlugin> plugins = Plugins(path);
            SchedulerEntry[] schedulers = [.. plugins.SelectMany(p => p.Schedulers)];
            LayoutEntry[] layouts = [.. plugins.SelectMany(p => p.Layouts)];
            RouterEntry[] routers = [.. plugins.SelectMany(p => p.Routers)];
            string[] names = [.. schedulers.Select(s => s.Name), .. layouts.Select(l => l.Name), .. routers.Select(r => r.Name)];
            if (names.Length == 0)
                throw new InputException($"{path}: offers neither schedulers, layouts nor routers");
            string? taken = schedulers.Select(s => s.Name).FirstOrDefault(n => SchedulerCatalog.All.Any(e => e.Name == n) || schedulers.Count(s => s.Name == n) > 1)
                ?? layouts.Select(l => l.Name).FirstOrDefault(n => LayoutCatalog.All.Any(e => e.Name == n) || layouts.Count(l => l.Name == n) > 1)
                ?? routers.Select(r => r.Name)
                    .FirstOrDefault(n => RouterCatalog.All.Any(e => e.Name == n) || routers.Count(r => r.Name == n) > 1);
            if (taken is not null)
                throw new InputException($"{path}: the name {taken} is taken: give the policy one of its own");
            string? clash = PolicyParts.Clash([.. schedulers.Select(PolicyParts.Part), .. layouts.Select(PolicyParts.Part)]);
            if (clash is not null)
                throw new InputException($"{path}: {clash}");
            SchedulerCatalog.Add(schedulers);
            LayoutCatalog.Add(layouts);
            RouterCatalog.Add(routers);
            PolicyAssembly loaded = new(Path.GetFileName(path), hash, names);
            All.Add(loaded);
            return loaded;
        }
    }

    private static byte[] Read(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"{path}: no such assembly");
        return FileGuard.Reading(path, () => File.ReadAllBytes(path));
    }

    /// <summary>From the metadata alone: nothing of the file has run yet.</summary>
    private static void CheckContract(string path, byte[] bytes)
    {
        AssemblyName own = typeof(PolicyAssembly).Assembly.GetName();
        Version? found = null;
        try
        {
            using PEReader file = new(new MemoryStream(bytes));
            if (!file.HasMetadata)
                throw new BadImageFormatException();
            MetadataReader metadata = file.GetMetadataReader();
            if (!metadata.IsAssembly)
                throw new BadImageFormatException();
            foreach (AssemblyReferenceHandle handle in metadata.AssemblyReferences)
            {
                AssemblyReference reference = metadata.GetAssemblyReference(handle);
                if (metadata.GetString(reference.Name) == own.Name)
                    found = reference.Version;
            }
        }
        catch (BadImageFormatException e)
        {
            throw new InputException($"{path}: not a .NET assembly", e);
        }
        Version wanted = own.Version!;
        if (found is null)
            throw new InputException($"{path}: no policy inside: it does not use {own.Name}");
        if ((found.Major, found.Minor) != (wanted.Major, wanted.Minor))
            throw new InputException($"{path}: built against {own.Name} {found.ToString(3)}, this is {wanted.ToString(3)}: build it anew");
    }

    [RequiresUnreferencedCode("Loads code that trimming cannot see.")]
    private static List<IPolicyPlugin> Plugins(string path)
    {
        try
        {
            Assembly assembly = new BesideIt(Path.GetFullPath(path)).LoadFromAssemblyPath(Path.GetFullPath(path));
            Type[] types = [.. assembly.GetExportedTypes().Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(IPolicyPlugin)))];
            if (types.Length == 0)
                throw new InputException($"{path}: no policy inside: expected a public class that implements {nameof(IPolicyPlugin)}");
            return [.. types.Select(t => (IPolicyPlugin)Activator.CreateInstance(t)!)];
        }
        catch (TargetInvocationException e)
        {
            throw new InputException($"{path}: its constructor failed: {e.InnerException?.Message}", e);
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException or MissingMethodException or ReflectionTypeLoadException)
        {
            throw new InputException($"{path}: cannot be loaded: {e.Message}", e);
        }
    }

    /// <summary>The contract is this process's own; everything else comes from the assembly's folder, and stays loaded.</summary>
    private sealed class BesideIt(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only reached from Load, which says so.")]
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name == typeof(PolicyAssembly).Assembly.GetName().Name)
                return typeof(PolicyAssembly).Assembly;
            return _resolver.ResolveAssemblyToPath(assemblyName) is string found ? LoadFromAssemblyPath(found) : null;
        }
    }
}
