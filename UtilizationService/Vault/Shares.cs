using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Sure.Contracts.Json;

namespace Sure.UtilizationService.Vault;

/// <summary>
/// A number of tranche shares: exact, with 18 decimals and up to 20 digits before them, as <c>numeric(38,18)</c> keeps it.
/// <see cref="decimal"/> ends at 28 digits and would round. Negative where shares go. On the wire a string.
/// </summary>
[JsonConverter(typeof(SharesConverter))]
[WireText("^-?[0-9]{1,20}(\\.[0-9]{1,18})?$", "12.5")]
public readonly partial record struct Shares : IComparable<Shares>
{
    /// <summary>Decimals of a share.</summary>
    public const int Decimals = 18;

    private static readonly BigInteger UnitsPerShare = BigInteger.Pow(10, Decimals);
    private static readonly BigInteger Bound = BigInteger.Pow(10, 38);

    private Shares(BigInteger units) => Units = units;

    /// <summary>No shares.</summary>
    public static Shares Zero { get; }

    /// <summary>The number in units of 10⁻¹⁸ share.</summary>
    public BigInteger Units { get; }

    /// <summary>Whether it can be kept.</summary>
    public bool Fits => BigInteger.Abs(Units) < Bound;

    /// <summary>So many units of 10⁻¹⁸ share.</summary>
    public static Shares OfUnits(BigInteger units) => new(units);

    /// <summary>Reads plain digits with at most 18 decimals; no sign, no exponent, no spaces. False for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Shares shares)
    {
        shares = default;
        if (text is null || Plain().Match(text) is not { Success: true } match)
        {
            return false;
        }

        var digits = match.Groups["whole"].Value + match.Groups["part"].Value.PadRight(Decimals, '0');
        shares = new(BigInteger.Parse(digits, System.Globalization.CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>What <see cref="ToString"/> or PostgreSQL wrote.</summary>
    /// <exception cref="InvalidDataException">It is no number of shares: a bug.</exception>
    public static Shares Parse(string text) => TryParse(text, out var shares) ? shares : throw new InvalidDataException($"'{text}' is no number of shares.");

    /// <summary>A number of 10⁻¹⁸ with all its 18 decimals.</summary>
    internal static string Format(BigInteger units)
    {
        var whole = BigInteger.DivRem(BigInteger.Abs(units), UnitsPerShare, out var part);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(units.Sign < 0 ? "-" : "")}{whole}.{part:D18}");
    }

    /// <inheritdoc />
    public int CompareTo(Shares other) => Units.CompareTo(other.Units);

    /// <summary>All 18 decimals.</summary>
    public override string ToString() => Format(Units);

#pragma warning disable CS1591, SA1600 // Operators as one expects them.
    public static Shares operator +(Shares left, Shares right) => new(left.Units + right.Units);

    public static Shares operator -(Shares left, Shares right) => new(left.Units - right.Units);

    public static Shares operator -(Shares shares) => new(-shares.Units);

    public static bool operator <(Shares left, Shares right) => left.Units < right.Units;

    public static bool operator >(Shares left, Shares right) => left.Units > right.Units;

    public static bool operator <=(Shares left, Shares right) => left.Units <= right.Units;

    public static bool operator >=(Shares left, Shares right) => left.Units >= right.Units;
#pragma warning restore CS1591, SA1600

    [GeneratedRegex(@"^(?<whole>[0-9]{1,20})(\.(?<part>[0-9]{1,18}))?\z", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex Plain();

    /// <summary>Shares as strings.</summary>
    private sealed class SharesConverter : JsonConverter<Shares>
    {
        public override Shares Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), out var shares)
                ? shares
                : throw new JsonException("must be a string of digits with at most 18 decimals, for example \"12.5\"");

        public override void Write(Utf8JsonWriter writer, Shares value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
