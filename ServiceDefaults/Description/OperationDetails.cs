using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Sure.ServiceDefaults.Queries;

namespace Sure.ServiceDefaults.Description;

/// <summary>What holds for operations by what they are: who may call them, what their parameters may be, and how they refuse.</summary>
internal sealed class OperationDetails(IOptions<JsonOptions> json) : IOpenApiOperationTransformer
{
    /// <summary>What parameters mean that several operations have.</summary>
    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["from"] = "Start of the time asked for, in Unix seconds; some time before `to` where it is left out.",
        ["to"] = "End of the time asked for, in Unix seconds; now where it is left out.",
        ["limit"] = "Most items of the answer.",
        ["cursor"] = "Where the page begins: `next_cursor` of the page before.",
        ["coverage_type"] = "Only this coverage type.",
        ["chain"] = "Only this chain.",
        ["stablecoin"] = "Only this stablecoin.",
        ["status"] = "Only those with this status.",
        ["severity"] = "Only this severity.",
        ["format"] = "As what the figures are answered.",
        ["interval"] = "Length of an interval of the answer.",
    };

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.OperationId = operation.OperationId is { } name ? JsonNamingPolicy.CamelCase.ConvertName(name) : null;
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var scopes = metadata.OfType<IAuthorizeData>().Select(a => a.Policy).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        operation.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Refusals.Bearer, context.Document)] = scopes },
        ];
        if (scopes.Count == 0)
        {
            // Without a key as well.
            operation.Security.Insert(0, []);
        }

        var declared = metadata.OfType<Refuses>().SelectMany(r => r.Statuses);
        operation.Responses ??= [];
        foreach (var status in Refusals.Of(context.Description, scopes.Count > 0).Concat(declared).Distinct().Order())
        {
            operation.Responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponseReference(Refusals.NameOf(status), context.Document);
        }

        DescribeParameters(operation, context.Description);
        operation.Parameters = [.. operation.Parameters ?? [], .. metadata.OfType<TakesHeader>().Select(HeaderOf)];
        foreach (var body in metadata.OfType<BodyExample>())
        {
            foreach (var content in operation.RequestBody?.Content?.Values ?? [])
            {
                content.Example = WithoutNulls(JsonSerializer.SerializeToNode(body.Body, json.Value.SerializerOptions));
            }
        }

        foreach (var answer in metadata.OfType<AnswerExample>())
        {
            // Nulls stay: an answer has all of its fields.
            operation.Responses["200"].Content!["application/json"].Example = JsonSerializer.SerializeToNode(answer.Body, json.Value.SerializerOptions);
        }

        foreach (var also in metadata.OfType<AlsoAnswers>())
        {
            operation.Responses["200"].Content![also.MediaType] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        }

        DescribedHeaders.Add(operation.Responses, metadata.OfType<SaysLocation>().Any(), context.Document!);

        return Task.CompletedTask;
    }

    private static void DescribeParameters(OpenApiOperation operation, Microsoft.AspNetCore.Mvc.ApiExplorer.ApiDescription description)
    {
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            if (parameter.Schema is not OpenApiSchema schema)
            {
                continue;
            }

            // What is left out is not sent; null cannot be.
            schema.Type &= ~JsonSchemaType.Null;
            if (schema.Type is JsonSchemaType.String)
            {
                schema.MinLength ??= 1;
                schema.MaxLength ??= QueryRules.LongestText;
            }

            if (parameter.In is ParameterLocation.Query
                && description.ParameterDescriptions.FirstOrDefault(p => p.Name == parameter.Name)?.ParameterDescriptor is IParameterInfoParameterDescriptor { ParameterInfo: { } declared }
                && declared.GetCustomAttribute<OneOfAttribute>() is { } words)
            {
                schema.Enum = [.. words.Words.Select(w => (JsonNode)w)];
                schema.MinLength = null;
                schema.MaxLength = null;
            }

            parameter.Description ??= Meanings.GetValueOrDefault(parameter.Name ?? "");
        }
    }

    private static OpenApiParameter HeaderOf(TakesHeader header) => new()
    {
        Name = header.Name,
        In = ParameterLocation.Header,
        Description = header.Description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = header.LongestValue },
    };

    private static JsonNode? WithoutNulls(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Where(m => m.Value is not null).Select(m => KeyValuePair.Create(m.Key, WithoutNulls(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(WithoutNulls)]),
        _ => node?.DeepClone(),
    };
}
