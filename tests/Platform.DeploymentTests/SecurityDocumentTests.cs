using System.Text.RegularExpressions;

namespace Sure.DeploymentTests;

/// <summary><c>docs/security.md</c> names for each risk tests that there are, and whoever reads README finds it.</summary>
public sealed partial class SecurityDocumentTests
{
    [Fact]
    public void Every_risk_names_tests_that_exist_and_every_attack_is_named()
    {
        var classes = Directory.GetFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(f => Path.GetFileNameWithoutExtension(f), StringComparer.Ordinal);
        var document = Repository.Read("docs", "security.md");
        var rows = document.Split('\n').Where(l => l.StartsWith("| API", StringComparison.Ordinal)).ToList();

        Assert.Equal(Enumerable.Range(1, 10).Select(n => $"API{n}"), rows.Select(r => r.Split(' ')[1]));
        Assert.All(rows, row => Assert.NotEmpty(TestName().Matches(row.Split('|')[3])));
        var named = TestName().Matches(document).Select(m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        Assert.All(named, name => Assert.True(classes.Contains(name), $"docs/security.md names {name}, which is no test."));
        var attacks = classes.Where(c => c.Any(f => Path.GetFileName(Path.GetDirectoryName(f)) == "Attacks")).Select(c => c.Key);
        Assert.Empty(attacks.Except(named, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_document_is_linked_from_README()
    {
        var readme = Repository.Read("README.md");

        Assert.All(
            Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md"),
            document => Assert.Contains($"](docs/{Path.GetFileName(document)})", readme, StringComparison.Ordinal));
    }

    [GeneratedRegex("`(?<name>[A-Za-z0-9]+Tests)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestName();
}
