using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>
/// A type or member that product code declares and that no product code, benchmark or example names is dead; a test alone keeps
/// nothing alive.
/// </summary>
/// <remarks>
/// By name, over all files at once: a dead member that shares its name with a living one is not found, and nothing that is named
/// outside its own declaration is ever reported. What is called by contract is alive: overrides, members of attributed types or with
/// attributes (a serializer, a driver or a table reads them), <see cref="Contracts"/>, and what <c>[JsonSerializable]</c> reaches.
/// </remarks>
internal static class DeadMembers
{
    /// <summary>Called by the runtime or by the language, not by name.</summary>
    private static readonly HashSet<string> Contracts =
    [
        "Main", "Program", "Dispose", "DisposeAsync", "GetEnumerator", "CompareTo", "Equals", "GetHashCode", "ToString", "Deconstruct",
        "Compare",
        "Invoke", "AppendLiteral", "AppendFormatted",
    ];

    public static IEnumerable<string> Violations(IReadOnlyList<SourceFile> files)
    {
        SourceFile[] users = [.. files.Where(f => !f.Path.StartsWith("tests/", StringComparison.Ordinal))];
        NamesInUse uses = new();
        foreach (SourceFile file in users)
            uses.Visit(file.Root);
        HashSet<string> serialized = Serialized(users);
        return users.Where(f => f.IsProduct)
            .SelectMany(file => Declared(file.Root).Where(d => !IsAlive(d.Name)).Select(d => $"{file.Path}: {d.Type}{d.Name}"))
            .Distinct();

        bool IsAlive(string name) => uses.Found.Contains(name) || Contracts.Contains(name) || serialized.Contains(name);
    }

    /// <summary>What may be dead: neither private, nor an override, nor under an attribute.</summary>
    private static IEnumerable<(string Type, string Name)> Declared(SyntaxNode root)
    {
        foreach (SyntaxNode node in root.DescendantNodes(n => n is not BlockSyntax))
        {
            string type = node.Parent?.FirstAncestorOrSelf<BaseTypeDeclarationSyntax>() is { } above
                ? above.Identifier.ValueText + "."
                : "";
            if (node is ParameterSyntax { AttributeLists.Count: 0, Parent.Parent: RecordDeclarationSyntax } parameter)
                yield return (type, parameter.Identifier.ValueText);
            else if (node is MemberDeclarationSyntax member && MayBeDead(member))
            {
                foreach (string name in NamesOf(member))
                    yield return (type, name);
            }
        }
    }

    private static bool MayBeDead(MemberDeclarationSyntax member) =>
        member.AttributeLists.Count == 0
        && !(member.Parent is TypeDeclarationSyntax { AttributeLists.Count: > 0 } && member is BaseFieldDeclarationSyntax)
        && !member.Modifiers.Any(SyntaxKind.OverrideKeyword)
        && (member is EnumMemberDeclarationSyntax || member.Parent is InterfaceDeclarationSyntax
            || member.Modifiers.Any(
                m => m.Kind() is SyntaxKind.PublicKeyword or SyntaxKind.InternalKeyword or SyntaxKind.ProtectedKeyword));

    private static IEnumerable<string> NamesOf(MemberDeclarationSyntax member) => member switch
    {
        // A static class is what its members are, and extension methods are called without its name.
        BaseTypeDeclarationSyntax type => type.Modifiers.Any(SyntaxKind.StaticKeyword) ? [] : [type.Identifier.ValueText],
        DelegateDeclarationSyntax type => [type.Identifier.ValueText],
        EnumMemberDeclarationSyntax value => [value.Identifier.ValueText],
        MethodDeclarationSyntax { ExplicitInterfaceSpecifier: null } method => [method.Identifier.ValueText],
        PropertyDeclarationSyntax { ExplicitInterfaceSpecifier: null } property => [property.Identifier.ValueText],
        BaseFieldDeclarationSyntax field => field.Declaration.Variables.Select(v => v.Identifier.ValueText),
        _ => [],
    };

    /// <summary>Members of the types that a serializer reads or writes: those of <c>[JsonSerializable]</c> and what they hold.</summary>
    private static HashSet<string> Serialized(IReadOnlyList<SourceFile> files)
    {
        ILookup<string, TypeDeclarationSyntax> types =
            files.SelectMany(f => f.Root.DescendantNodes(n => n is not BlockSyntax).OfType<TypeDeclarationSyntax>())
                .ToLookup(t => t.Identifier.ValueText);
        Stack<string> open = new(files.SelectMany(f => f.Root.DescendantNodes(n => n is not BlockSyntax).OfType<AttributeSyntax>())
            .Where(a => a.Name.ToString() == "JsonSerializable").SelectMany(Identifiers));
        HashSet<string> seen = [], members = [];
        while (open.TryPop(out string? name))
        {
            if (!seen.Add(name))
                continue;
            foreach (TypeDeclarationSyntax type in types[name])
            {
                IEnumerable<(TypeSyntax? Type, string Name)> held = type.Members.OfType<PropertyDeclarationSyntax>()
                    .Select(p => ((TypeSyntax?)p.Type, p.Identifier.ValueText))
                    .Concat(type.ParameterList?.Parameters.Select(p => (p.Type, p.Identifier.ValueText)) ?? []);
                foreach ((TypeSyntax? heldType, string heldName) in held)
                {
                    members.Add(heldName);
                    foreach (string inner in heldType is null ? [] : Identifiers(heldType))
                        open.Push(inner);
                }
            }
        }
        return members;
    }

    private static IEnumerable<string> Identifiers(SyntaxNode node) =>
        node.DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken)).Select(t => t.ValueText);

    /// <summary>Names in code, but for those inside a declaration of the same name: what only calls itself is dead.</summary>
    private sealed class NamesInUse : CSharpSyntaxWalker
    {
        private readonly List<string> _around = [];

        public HashSet<string> Found { get; } = [];

        public override void Visit(SyntaxNode? node)
        {
            if (node is SimpleNameSyntax name)
                Add(name.Identifier.ValueText, isAttribute: node.FirstAncestorOrSelf<AttributeSyntax>() is not null);
            string[] own = node is MemberDeclarationSyntax member and not BaseNamespaceDeclarationSyntax ? [.. NamesOf(member)] : [];
            _around.AddRange(own);
            base.Visit(node);
            _around.RemoveRange(_around.Count - own.Length, own.Length);
        }

        private void Add(string name, bool isAttribute)
        {
            if (_around.Contains(name))
                return;
            Found.Add(name);
            if (isAttribute)
                Found.Add(name + "Attribute");
        }
    }
}
