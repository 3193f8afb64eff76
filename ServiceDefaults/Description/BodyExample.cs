using Microsoft.AspNetCore.Builder;

namespace Sure.ServiceDefaults.Description;

/// <summary>A body that an endpoint takes.</summary>
/// <param name="Body">As the endpoint gets it.</param>
public sealed record BodyExample(object Body);

/// <summary>An answer of an endpoint, with status 200.</summary>
/// <param name="Body">As the endpoint gives it.</param>
public sealed record AnswerExample(object Body);

/// <summary>An endpoint that answers another media type as well as JSON.</summary>
/// <param name="MediaType">For example <c>text/csv</c>.</param>
public sealed record AlsoAnswers(string MediaType);

/// <summary>Examples of bodies.</summary>
public static class BodyExamples
{
    /// <summary>Shows a body in the description of the endpoint.</summary>
    public static TBuilder WithExample<TBuilder>(this TBuilder endpoint, object body)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new BodyExample(body));

    /// <summary>Shows an answer in the description of the endpoint, where one made of its schema would mislead.</summary>
    public static TBuilder WithAnswer<TBuilder>(this TBuilder endpoint, object body)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AnswerExample(body));
}
