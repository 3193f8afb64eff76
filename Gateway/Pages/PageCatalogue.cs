using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using Sure.Contracts.Json;

namespace Sure.Gateway.Pages;

/// <summary>The built dashboard, read once: about a megabyte that never changes while the process runs.</summary>
internal sealed class PageCatalogue
{
    private const string Index = "/index.html";

    /// <summary>What the page has to be told of how this gateway is set up.</summary>
    private const string Links = "/links.json";

    /// <summary>Where Vite puts what has a hash in its name.</summary>
    private const string HashedFolder = "/assets/";

    /// <summary>First segments of paths that belong to the platform: what is not found there is no page either.</summary>
    private static readonly FrozenSet<string> Reserved =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "api", "ws", "health", "docs", "openapi", "asyncapi", "internal", "alive", "metrics");

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".woff2"] = "font/woff2",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, PageFile> _files;
    private readonly PageFile _index;

    private PageCatalogue(FrozenDictionary<string, PageFile> files)
    {
        _files = files;
        _index = files[Index];
    }

    /// <summary>Reads the files under <paramref name="folder"/>, and adds the links; null when no dashboard is built there.</summary>
    public static PageCatalogue? Read(string folder, PageLinks links)
    {
        if (!File.Exists(Path.Join(folder, Index)))
        {
            return null;
        }

        var files = new Dictionary<string, PageFile>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = "/" + Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            // Only what a browser asks for: not the manifest of the build, not the compressed forms by themselves.
            if (!name.StartsWith("/.", StringComparison.Ordinal) && ContentTypes.TryGetValue(Path.GetExtension(name), out var type))
            {
                var content = File.ReadAllBytes(file);
                files[name] = new PageFile(type, TagOf(content), name.StartsWith(HashedFolder, StringComparison.Ordinal), content, Beside(file, ".br"), Beside(file, ".gz"));
            }
        }

        var linked = JsonSerializer.SerializeToUtf8Bytes(links, SureJson.Internal);
        files[Links] = new PageFile("application/json", TagOf(linked), IsImmutable: false, linked, Brotli: null, Gzip: null);
        return new PageCatalogue(files.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>
    /// What is at <paramref name="path"/>: a file, or the page itself for every other path that could be one of its own addresses; null where
    /// nothing is.
    /// </summary>
    public PageFile? Find(string path)
    {
        if (_files.TryGetValue(path, out var file))
        {
            return file;
        }

        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments is [] ? _index
            : Reserved.Contains(segments[0]) || path.StartsWith(HashedFolder, StringComparison.Ordinal) || !path.All(IsOfAddress) ? null
            : _index;
    }

    /// <summary>Of what the page makes its own addresses: words and ids. A file that is not there has a dot; what has more is nobody's.</summary>
    private static bool IsOfAddress(char character) => char.IsAsciiLetterOrDigit(character) || character is '/' or '-' or '_';

    private static string TagOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12));

    private static byte[]? Beside(string file, string extension) => File.Exists(file + extension) ? File.ReadAllBytes(file + extension) : null;
}
