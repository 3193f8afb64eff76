using System.Text;
using System.Text.Json.Nodes;

namespace Sure.TestServers;

/// <summary>Tokens put together by hand, as RFC 7515 says, so that nothing of what checks them makes them.</summary>
internal static class Jws
{
    public static string Join(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(Bytes(header))}.{Encode(Bytes(claims))}";
        return $"{signed}.{Encode(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public static JsonObject With(JsonObject members, string name, JsonNode value)
    {
        members[name] = value;
        return members;
    }

    public static JsonObject Without(JsonObject members, string name)
    {
        members.Remove(name);
        return members;
    }

    public static byte[] Bytes(JsonObject members) => Encoding.UTF8.GetBytes(members.ToJsonString());

    public static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
