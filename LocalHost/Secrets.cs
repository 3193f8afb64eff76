using System.Security.Cryptography;
using System.Text.Json;

namespace Sure.LocalHost;

/// <summary>Passwords by name, made when first asked for and kept in a file that only the owner can read.</summary>
public sealed class Secrets
{
    private readonly string _file;
    private readonly Dictionary<string, string> _values;

    private Secrets(string file, Dictionary<string, string> values)
    {
        _file = file;
        _values = values;
    }

    /// <summary>Reads those kept in <paramref name="file"/>.</summary>
    /// <exception cref="StartException">The file is damaged, so that the data behind the passwords cannot be reached.</exception>
    public static Secrets Load(string file)
    {
        try
        {
            return new(file, File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file)) ?? [] : []);
        }
        catch (JsonException exception)
        {
            throw new StartException($"{file} is damaged; begin anew with --reset.", exception);
        }
    }

    /// <summary>The password of <paramref name="name"/>: letters and digits only, so that it needs no quoting anywhere.</summary>
    public string For(string name) => For(name, () => RandomNumberGenerator.GetHexString(40, lowercase: true));

    /// <summary>The secret of <paramref name="name"/>, as <paramref name="make"/> makes it when there is none.</summary>
    public string For(string name, Func<string> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (!_values.TryGetValue(name, out var value))
        {
            value = make();
            _values[name] = value;
            DataFolder.WriteWhole(_file, JsonSerializer.Serialize(_values));
        }

        return value;
    }
}
