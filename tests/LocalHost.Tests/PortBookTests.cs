using System.Net;
using System.Net.Sockets;

namespace Sure.LocalHost.Tests;

public class PortBookTests
{
    [Fact]
    public void A_kept_port_is_used_again_while_it_is_free()
    {
        var book = new PortBook(Kept(("postgres", 25_000)), isFree: _ => true, seed: 7);

        Assert.Equal(25_000, book.For("postgres"));
    }

    [Fact]
    public void A_kept_port_that_somebody_took_is_replaced()
    {
        var book = new PortBook(Kept(("postgres", 25_000)), isFree: port => port != 25_000, seed: 5_000);

        Assert.Equal(25_001, book.For("postgres"));
        Assert.Equal(25_001, book.Ports["postgres"]);
    }

    [Fact]
    public void A_port_stays_the_same_once_it_was_asked_for_though_its_owner_listens_now()
    {
        var free = true;
        var book = new PortBook(Kept(), isFree: _ => free, seed: 7);
        var first = book.For("cache");
        free = false;

        Assert.Equal(first, book.For("cache"));
    }

    [Fact]
    public void No_two_names_share_a_port_even_one_that_is_kept_and_not_asked_for_yet()
    {
        var book = new PortBook(Kept(("later", PortBook.First)), isFree: _ => true, seed: 0);

        var ports = new[] { book.For("a"), book.For("b"), book.For("later") };

        Assert.Equal(ports.Length, ports.Distinct().Count());
    }

    [Fact]
    public void Ports_stay_below_those_for_outgoing_connections_also_at_the_end_of_the_range()
    {
        var book = new PortBook(Kept(("old", 40_000)), isFree: _ => true, seed: uint.MaxValue - (uint.MaxValue % (PortBook.End - PortBook.First)) - 1);

        var ports = Enumerable.Range(0, 5).Select(i => book.For($"{i}")).Append(book.For("old"));

        Assert.All(ports, p => Assert.InRange(p, PortBook.First, PortBook.End - 1));
    }

    [Fact]
    public void Says_when_none_is_free()
    {
        var book = new PortBook(Kept(), isFree: _ => false, seed: 7);

        Assert.Contains("cache", Assert.Throws<StartException>(() => book.For("cache")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_kept_and_read_again_and_a_torn_file_counts_as_none()
    {
        var folder = Directory.CreateTempSubdirectory("sure-test-").FullName;
        var file = Path.Combine(folder, "ports.json");
        var book = new PortBook(Kept(), isFree: _ => true, seed: 7);
        book.For("cache");
        book.Save(file);

        Assert.Equal(book.Ports, PortBook.Load(file, seed: 1).Ports);
        File.WriteAllText(file, "{\"cache\":");
        Assert.Empty(PortBook.Load(file, seed: 1).Ports);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_port_somebody_listens_on_is_not_free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        Assert.False(PortBook.IsFree(((IPEndPoint)listener.LocalEndpoint).Port));
    }

    [Fact]
    public void A_port_somebody_listens_on_by_IPv6_alone_is_not_free()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
        listener.Start();

        Assert.False(PortBook.IsFree(((IPEndPoint)listener.LocalEndpoint).Port));
    }

    private static Dictionary<string, int> Kept(params (string Name, int Port)[] ports) => ports.ToDictionary(p => p.Name, p => p.Port);
}
