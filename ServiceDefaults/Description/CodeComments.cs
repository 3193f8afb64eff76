using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sure.Contracts.Json;

namespace Sure.ServiceDefaults.Description;

/// <summary>
/// The comments in the code, as the compiler writes them beside each assembly, in the words of the wire: what is <c>CoverageAmount</c>
/// in the code is <c>coverage_amount</c> to a client.
/// </summary>
internal sealed partial class CodeComments
{
    private static readonly JsonNamingPolicy Wire = SureJson.Internal.PropertyNamingPolicy!;

    private readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, XElement>> _members = new();

    /// <summary>What is said of a type; null where nothing is.</summary>
    public string? Of(Type type) => Text(Member(type, $"T:{NameOf(type)}")?.Element("summary"));

    /// <summary>What is said of a property, or of the parameter of the record that makes it; null where nothing is.</summary>
    public string? Of(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        var parameter = Member(type, $"T:{NameOf(type)}")?.Elements("param").FirstOrDefault(p => (string?)p.Attribute("name") == property.Name);
        return Text(parameter ?? Member(type, $"P:{NameOf(type)}.{property.Name}")?.Element("summary"));
    }

    /// <summary>What is said of a member of an enumeration; null where nothing is.</summary>
    public string? Of(Type enumeration, string member) => Text(Member(enumeration, $"F:{NameOf(enumeration)}.{member}")?.Element("summary"));

    private static string NameOf(Type type)
    {
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return definition.FullName!.Replace('+', '.');
    }

    private XElement? Member(Type type, string name) => _members.GetOrAdd(type.Assembly, Read).GetValueOrDefault(name);

    private static Dictionary<string, XElement> Read(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        return assembly.Location.Length > 0 && File.Exists(file)
            ? XDocument.Load(file).Descendants("member").ToDictionary(m => (string)m.Attribute("name")!, StringComparer.Ordinal)
            : [];
    }

    private static string? Text(XElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var text = new StringBuilder();
        Append(text, element);
        return Spaces().Replace(text.ToString(), " ").Trim() is { Length: > 0 } sentence ? sentence : null;
    }

    private static void Append(StringBuilder text, XElement element)
    {
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XText plain:
                    text.Append(plain.Value);
                    break;
                case XElement { Name.LocalName: "see" or "seealso" } see when (string?)see.Attribute("cref") is { } cref:
                    text.Append(CultureInfo.InvariantCulture, $"`{Wire.ConvertName(cref.Split('(')[0].Split('.', ':')[^1])}`");
                    break;
                case XElement { Name.LocalName: "see" } see:
                    text.Append(CultureInfo.InvariantCulture, $"`{(string?)see.Attribute("langword")}`");
                    break;
                case XElement { Name.LocalName: "paramref" } reference:
                    text.Append(CultureInfo.InvariantCulture, $"`{Wire.ConvertName((string)reference.Attribute("name")!)}`");
                    break;
                case XElement { Name.LocalName: "c" } code:
                    text.Append(CultureInfo.InvariantCulture, $"`{code.Value}`");
                    break;
                case XElement inner:
                    Append(text, inner);
                    break;
                default:
                    break;
            }
        }
    }

    [GeneratedRegex("\\s+", RegexOptions.None, 100)]
    private static partial Regex Spaces();
}
