using System.Text.Json;
using System.Text.Json.Nodes;
using Sure.Contracts.Json;

namespace Sure.UtilizationService.Claims.Evidence;

/// <summary>
/// The command <c>verify-evidence FILE</c>: checks evidence offline. FILE holds one bundle as <c>GET /api/v2/claims/{id}/evidence</c> answers
/// it, a list of bundles, or a page of them. Exit code 0 when all is sound, 1 when anything is not, 2 when FILE cannot be read.
/// </summary>
public static class VerifyEvidence
{
    private const string Command = "verify-evidence";

    private static readonly JsonSerializerOptions Json = new(SureJson.Internal) { AllowDuplicateProperties = false };

    /// <summary>Whether this command is asked for rather than the service.</summary>
    public static bool IsAsked(string[] arguments) => arguments is [Command, ..];

    /// <summary>Runs it: one sentence per bundle to <paramref name="output"/>, why nothing could be checked to <paramref name="errors"/>.</summary>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        if (arguments is not [Command, var file])
        {
            errors.WriteLine($"Usage: {Command} FILE");
            return 2;
        }

        try
        {
            var sound = true;
            EvidenceBundle? before = null;
            foreach (var bundle in Read(File.ReadAllText(file)))
            {
                var faults = EvidenceChain.Faults(bundle, before).ToList();
                output.WriteLine($"Decision {bundle.Number} (claim {bundle.ClaimId}): {(faults.Count == 0 ? Sound(bundle, before) : string.Join(' ', faults))}");
                sound &= faults.Count == 0;
                before = bundle;
            }

            return sound ? 0 : 1;
        }
        // Half a surrogate pair in a string is an invalid operation to the reader of JSON.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException or InvalidOperationException)
        {
            errors.WriteLine($"{file} cannot be read as evidence: {e.Message}");
            return 2;
        }
    }

    private static string Sound(EvidenceBundle bundle, EvidenceBundle? before) => (bundle.Number, before?.Number + 1) switch
    {
        (1, _) => "its hash is right, and it is the first.",
        var (number, next) when number == next => $"its hash is right, and it follows decision {before!.Number}.",
        _ => $"its hash is right; decision {bundle.Number - 1}, which it follows, is not in the file.",
    };

    private static List<EvidenceBundle> Read(string text)
    {
        var parsed = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        var bundles = parsed switch
        {
            JsonArray list => list,
            JsonObject page when page["items"] is JsonArray items => items,
            JsonObject => [parsed.DeepClone()],
            _ => throw new JsonException("It is neither a bundle nor a list of bundles."),
        };
        if (bundles.Count == 0)
        {
            throw new JsonException("It holds no bundle.");
        }

        return bundles.Select(b => b.Deserialize<EvidenceBundle>(Json) is { Hash: not null, PreviousHash: not null, Body: not null } bundle
            ? bundle
            : throw new JsonException("A bundle has number, claim_id, previous_hash, hash and body.")).OrderBy(b => b.Number).ToList();
    }
}
