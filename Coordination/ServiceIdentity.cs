using System.Reflection;

namespace Sure.Coordination;

/// <summary>Which service this process is an instance of.</summary>
/// <param name="Name">Its name on the wire and in discovery, for example <c>riskservice</c>.</param>
/// <param name="Instance">Unique for this process.</param>
/// <param name="Assembly">Its assembly, which holds its migrations.</param>
public sealed record ServiceIdentity(string Name, string Instance, Assembly Assembly);
