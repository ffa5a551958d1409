using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>The folders of a project stand in an order: a room may use any room before it, never one after it.</summary>
/// <remarks>
/// Names are followed as the compiler does: <c>ELLM.Sim.Serving.Replica</c>, <c>Sim.Serving.Replica</c> and, inside the namespace,
/// <c>Serving.Replica</c> and <c>using Serving;</c> are all the room Serving. A name without its room needs a using directive, which
/// is seen; what a room returns can only have types of rooms below it. Global usings and Using items would cheat, so there are none.
/// </remarks>
/// <param name="Folder">Where the rooms are, with a slash at its end.</param>
/// <param name="Namespace">The namespace above the rooms: <c>ELLM.Sim</c>.</param>
/// <param name="Rooms">Lowest first.</param>
/// <param name="RootIsTop">Whether the files beside the folders may use them all; else they use none.</param>
internal sealed record RoomOrder(string Folder, string Namespace, IReadOnlyList<string> Rooms, bool RootIsTop)
{
    /// <summary>Whether a file is of this project: C# below its folder.</summary>
    public bool Holds(SourceFile file) => file.Path.StartsWith(Folder, StringComparison.Ordinal);

    /// <summary>The first folder below the project's; empty for files at its root.</summary>
    public string RoomOf(SourceFile file) => file.Path[Folder.Length..].Split('/') is [string room, _, ..] ? room : "";

    /// <summary><c>Room.Name</c> for every type and every folder inside a room.</summary>
    public IReadOnlySet<string> Contents(IEnumerable<SourceFile> files) =>
        files.Where(Holds).Where(f => RoomOf(f).Length > 0).SelectMany(file =>
        {
            string room = RoomOf(file);
            string[] inner = file.Path[(Folder.Length + room.Length + 1)..].Split('/');
            return file.Root.DescendantNodes(n => n is not BaseTypeDeclarationSyntax).OfType<BaseTypeDeclarationSyntax>()
                .Select(t => t.Identifier.ValueText)
                .Concat(inner.Length > 1 ? [inner[0]] : []).Select(name => $"{room}.{name}");
        }).ToHashSet();

    /// <summary>Uses of rooms above the file's own.</summary>
    /// <param name="file">Of this project.</param>
    /// <param name="contents">See <see cref="Contents"/>: tells a room from a property of the same name.</param>
    public IEnumerable<string> Violations(SourceFile file, IReadOnlySet<string> contents)
    {
        int own = Index(RoomOf(file));
        foreach (NameUse use in Uses(file, contents))
        {
            if (Index(use.Room) > own)
                yield return $"{file.At(use.Node)}: uses {use.Room}: {use.Node}";
        }
        foreach (UsingDirectiveSyntax directive in file.Root.DescendantNodes().OfType<UsingDirectiveSyntax>()
            .Where(u => u.GlobalKeyword.Text.Length > 0))
            yield return $"{file.At(directive)}: a global using hides which room a file uses";
    }

    private int Index(string room) =>
        room.Length == 0 ? (RootIsTop ? Rooms.Count : -1) : Rooms.Select((name, i) => (name, i)).First(r => r.name == room).i;

    private IEnumerable<NameUse> Uses(SourceFile file, IReadOnlySet<string> contents)
    {
        foreach (SyntaxNode node in file.Root.DescendantNodes(descendIntoTrivia: true))
        {
            if (Outermost(node) && RoomNamed(node, contents) is string room)
                yield return new NameUse(room, node);
        }
    }

    /// <summary>A whole dotted name, or the name of a using directive; its parts are not looked at again.</summary>
    private static bool Outermost(SyntaxNode node) => node switch
    {
        QualifiedNameSyntax or AliasQualifiedNameSyntax => node.Parent is not (QualifiedNameSyntax or BaseNamespaceDeclarationSyntax),
        MemberAccessExpressionSyntax => node.Parent is not MemberAccessExpressionSyntax,
        QualifiedCrefSyntax => true,
        IdentifierNameSyntax =>
            node.Parent is UsingDirectiveSyntax { Alias: null } or UsingDirectiveSyntax { NamespaceOrType: IdentifierNameSyntax },
        _ => false,
    };

    private string? RoomNamed(SyntaxNode node, IReadOnlySet<string> contents)
    {
        string[] parts = Leading(node.ToString());
        int at = Prefixes(Namespace).Where(prefix => parts.Take(prefix.Length).SequenceEqual(prefix)).Select(prefix => prefix.Length).Max();
        bool isRoom = at < parts.Length && Rooms.Contains(parts[at])
            && (at > 0 || node.Parent is UsingDirectiveSyntax || (parts.Length > 1 && contents.Contains($"{parts[0]}.{parts[1]}")));
        return isRoom ? parts[at] : null;
    }

    /// <summary><c>ELLM.Sim</c> gives ELLM.Sim, Sim and nothing: a name may leave out what encloses it.</summary>
    private static IEnumerable<string[]> Prefixes(string space)
    {
        string[] parts = space.Split('.');
        return Enumerable.Range(0, parts.Length + 1).Select(skip => parts[skip..]);
    }

    /// <summary>The identifiers a dotted expression starts with: <c>global::A.B.C(x).D</c> gives A, B, C.</summary>
    private static string[] Leading(string text)
    {
        string name = text.StartsWith("global::", StringComparison.Ordinal) ? text["global::".Length..] : text;
        int end = name.Select((c, i) => (c, i)).Where(p => !char.IsLetterOrDigit(p.c) && p.c is not ('_' or '.' or ' ' or '\n'))
            .Select(p => p.i).DefaultIfEmpty(name.Length).First();
        return [.. name[..end].Split('.').Select(part => part.Trim())];
    }

    private sealed record NameUse(string Room, SyntaxNode Node);
}
