namespace Sure.Gateway.Pages;

/// <summary>A file of the dashboard as it is sent.</summary>
/// <param name="ContentType">With its charset where it is text.</param>
/// <param name="Tag">Strong entity tag of <paramref name="Plain"/>; the encoded forms append their encoding to it.</param>
/// <param name="IsImmutable">Whether its name holds a hash of what is in it, so that it may be kept for ever.</param>
/// <param name="Plain">As it is.</param>
/// <param name="Brotli">Compressed; null where that was not worth it.</param>
/// <param name="Gzip">Compressed; null where that was not worth it.</param>
internal sealed record PageFile(string ContentType, string Tag, bool IsImmutable, byte[] Plain, byte[]? Brotli, byte[]? Gzip)
{
    /// <summary>The smallest form that somebody who sent <paramref name="acceptEncoding"/> reads, its encoding and its tag.</summary>
    public (byte[] Content, string? Encoding, string Tag) For(string? acceptEncoding) =>
        Brotli is not null && Accepts(acceptEncoding, "br") ? (Brotli, "br", $"\"{Tag}-br\"")
        : Gzip is not null && Accepts(acceptEncoding, "gzip") ? (Gzip, "gzip", $"\"{Tag}-gz\"")
        : (Plain, null, $"\"{Tag}\"");

    /// <summary>Whether the encoding is named and not with <c>q=0</c> (RFC 9110, 12.5.3). A wildcard gets the plain form, which is always right.</summary>
    private static bool Accepts(string? acceptEncoding, string encoding) =>
        acceptEncoding?.Split(',', StringSplitOptions.TrimEntries).Any(offer =>
        {
            var parts = offer.Split(';', StringSplitOptions.TrimEntries);
            return parts[0].Equals(encoding, StringComparison.OrdinalIgnoreCase)
                && !parts.Skip(1).Any(p => p.StartsWith("q=0", StringComparison.OrdinalIgnoreCase) && p.AsSpan(3).Trim(".0").IsEmpty);
        }) is true;
}
