using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.QuoteService.Products;

namespace Sure.QuoteService.Quotes;

/// <summary>Source-generated JSON of what is read and written per quote. The dialect comes from the options it is used with.</summary>
[JsonSerializable(typeof(QuoteRequest))]
[JsonSerializable(typeof(QuoteDocument))]
[JsonSerializable(typeof(BatchRequest))]
[JsonSerializable(typeof(BatchAnswer))]
[JsonSerializable(typeof(IssuedQuote))]
[JsonSerializable(typeof(BindableQuote))]
[JsonSerializable(typeof(ProductDocument))]
[JsonSerializable(typeof(ProductList))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class QuoteJson : JsonSerializerContext
{
    /// <summary>In the dialect our own services use among each other.</summary>
    public static QuoteJson Internal { get; } = new(new JsonSerializerOptions(SureJson.Internal) { TypeInfoResolver = null });
}
