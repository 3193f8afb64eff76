using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Sure.LocalHost;

/// <summary>
/// The ports of everything private, kept between starts: a port is used again while it is free and replaced when somebody else has
/// taken it. All are below 32768, where the system does not take ports for outgoing connections from.
/// </summary>
public sealed class PortBook
{
    /// <summary>The lowest port given.</summary>
    public const int First = 20_000;

    /// <summary>One above the highest port given.</summary>
    public const int End = 32_000;

    private readonly Dictionary<string, int> _ports;
    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);
    private readonly Func<int, bool> _isFree;
    private int _next;

    /// <summary>Goes on from the ports kept.</summary>
    /// <param name="kept">Ports by name, of the last start.</param>
    /// <param name="isFree">Whether nobody listens on a port.</param>
    /// <param name="seed">Where to begin looking; different for different data, so that two platforms seldom want the same.</param>
    public PortBook(IReadOnlyDictionary<string, int> kept, Func<int, bool> isFree, uint seed)
    {
        _ports = new(kept, StringComparer.Ordinal);
        _isFree = isFree;
        _next = First + (int)(seed % (End - First));
    }

    /// <summary>All ports by name, for keeping.</summary>
    public IReadOnlyDictionary<string, int> Ports => _ports;

    /// <summary>Reads the ports kept in <paramref name="file"/>; a file that is missing or torn counts as empty.</summary>
    public static PortBook Load(string file, uint seed)
    {
        Dictionary<string, int>? kept = null;
        try
        {
            kept = File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(file)) : null;
        }
        catch (JsonException)
        {
            // Ports can be chosen anew; only what is kept under them cannot.
        }

        return new PortBook(kept ?? [], IsFree, seed);
    }

    /// <summary>Keeps the ports in <paramref name="file"/>.</summary>
    public void Save(string file) => DataFolder.WriteWhole(file, JsonSerializer.Serialize(_ports));

    /// <summary>The port of <paramref name="name"/>: the same all through this start.</summary>
    /// <exception cref="StartException">No port is free.</exception>
    public int For(string name)
    {
        if (_ports.TryGetValue(name, out var kept) && (_checked.Contains(name) || (kept is >= First and < End && _isFree(kept))))
        {
            _checked.Add(name);
            return kept;
        }

        for (var tried = First; tried < End; tried++)
        {
            var candidate = _next;
            _next = _next + 1 < End ? _next + 1 : First;
            if (!_ports.ContainsValue(candidate) && _isFree(candidate))
            {
                _ports[name] = candidate;
                _checked.Add(name);
                return candidate;
            }
        }

        throw new StartException($"No port between {First} and {End} is free for {name}.");
    }

    /// <summary>Whether nobody listens on <paramref name="port"/>, on any address of this machine.</summary>
    /// <remarks>An IPv6 that is there and switched off gives no address to anybody, so that it tells nothing of the port.</remarks>
    public static bool IsFree(int port) =>
        Listen(new TcpListener(IPAddress.Any, port)) is SocketError.Success
        && Listen(TcpListener.Create(port)) is not SocketError.AddressAlreadyInUse;

    private static SocketError Listen(TcpListener listener)
    {
        using var probe = listener;
        try
        {
            probe.Start();
            return SocketError.Success;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }
}
