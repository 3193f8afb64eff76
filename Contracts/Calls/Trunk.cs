using System.Buffers.Binary;
using System.Globalization;

namespace Sure.Contracts.Calls;

/// <summary>
/// A connection by which one instance of RealtimeService sends to all clients of one gateway: what many of them get goes over it once. The
/// gateway opens it by asking for <see cref="Path"/> with an upgrade to <see cref="Protocol"/>. A WebSocket whose request has <see cref="Header"/>
/// is a stream of it: all that its client is sent comes by the trunk, and only what the client sends goes over the connection of the request.
/// <para>
/// The instance sends parts: the length of what follows, the count of streams, their numbers (each a <see cref="uint"/>, little-endian), and
/// the bytes for each of them; none means that the streams have ended. The gateway answers with credits: the number of a stream and how many of
/// its bytes the client has taken (each a <see cref="uint"/>). More than <see cref="Window"/> are not under way for a stream before something
/// is taken, so that one client which does not read costs neither the others nor memory.
/// </para>
/// </summary>
public static class Trunk
{
    /// <summary>Where it is opened.</summary>
    public const string Path = "/internal/trunk";

    /// <summary>Name in the <c>Upgrade</c> header.</summary>
    public const string Protocol = "sure-trunk";

    /// <summary>
    /// Header of a trunk's request: its id. Of a WebSocket's request: id and number of the stream as <c>id/number</c>, one of each trunk that may
    /// lead to the instance, by commas; the one whose trunk the instance has is repeated in the answer.
    /// </summary>
    public const string Header = "X-Sure-Trunk";

    /// <summary>
    /// Header of the answer to a trunk's request, and to a WebSocket's whose trunks the instance does not have: where the instance itself is
    /// reached, as <c>address:port</c>, for the address that it was asked by may be that of many.
    /// </summary>
    public const string InstanceHeader = "X-Sure-Instance";

    /// <summary>Bytes that may be under way for a stream when more is sent.</summary>
    public const int Window = 128 * 1024;

    /// <summary>So many bytes are taken before a credit is given.</summary>
    public const int CreditStep = 32 * 1024;

    /// <summary>Length of a credit.</summary>
    public const int CreditLength = 8;

    /// <summary>Streams that one part is for, at most.</summary>
    public const int MostStreams = 4096;

    /// <summary>Length of what comes before the numbers of a part's streams.</summary>
    public const int HeadLength = 8;

    /// <summary>Name of a stream.</summary>
    public static string NameOf(Guid trunk, uint stream) => string.Create(CultureInfo.InvariantCulture, $"{trunk:N}/{stream}");

    /// <summary>Reads the name of a stream; false where it is none.</summary>
    public static bool TryParse(string? name, out Guid trunk, out uint stream)
    {
        (trunk, stream) = (default, default);
        return name?.Split('/') is [var id, var number]
            && Guid.TryParseExact(id, "N", out trunk)
            && uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out stream);
    }

    /// <summary>Length of a part.</summary>
    /// <param name="streams">How many it is for.</param>
    /// <param name="bytes">How many bytes each gets.</param>
    public static int LengthOf(int streams, int bytes) => HeadLength + (sizeof(uint) * streams) + bytes;

    /// <summary>Writes a part.</summary>
    /// <param name="part">Where to; as long as <see cref="LengthOf"/> says.</param>
    /// <param name="streams">Whom it is for.</param>
    /// <param name="bytes">What they get.</param>
    public static void Write(Span<byte> part, ReadOnlySpan<uint> streams, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(part, part.Length - sizeof(int));
        BinaryPrimitives.WriteInt32LittleEndian(part[sizeof(int)..], streams.Length);
        for (var i = 0; i < streams.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(part[(HeadLength + (sizeof(uint) * i))..], streams[i]);
        }

        bytes.CopyTo(part[(HeadLength + (sizeof(uint) * streams.Length))..]);
    }

    /// <summary>Length of the part that begins here, and for how many streams it is.</summary>
    public static (int Length, int Streams) ReadHead(ReadOnlySpan<byte> head) =>
        (sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(head), BinaryPrimitives.ReadInt32LittleEndian(head[sizeof(int)..]));

    /// <summary>A number of a part's streams.</summary>
    public static uint ReadStream(ReadOnlySpan<byte> part, int index) => BinaryPrimitives.ReadUInt32LittleEndian(part[(HeadLength + (sizeof(uint) * index))..]);

    /// <summary>Writes a credit.</summary>
    public static void WriteCredit(Span<byte> credit, uint stream, int taken)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(credit, stream);
        BinaryPrimitives.WriteInt32LittleEndian(credit[sizeof(uint)..], taken);
    }

    /// <summary>Reads a credit.</summary>
    public static (uint Stream, int Taken) ReadCredit(ReadOnlySpan<byte> credit) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(credit), BinaryPrimitives.ReadInt32LittleEndian(credit[sizeof(uint)..]));
}
