using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Sure.Coordination.Settings;

/// <summary>Settings that hold as they are written, or end the process at start with sentences that name what is wrong.</summary>
public static class StrictSettings
{
    /// <summary>
    /// Binds <paramref name="section"/>. Otherwise an entry of a table whose key is no word, or whose value cannot be read, and a setting that is
    /// none would be left out in silence, and what was to be changed would go on as it was.
    /// </summary>
    public static OptionsBuilder<TOptions> BindStrictly<TOptions>(this OptionsBuilder<TOptions> options, string section)
        where TOptions : class => options.BindStrictly(section, o => o);

    /// <summary>The same, of a section of which these options have no more than <paramref name="part"/>.</summary>
    public static OptionsBuilder<TOptions> BindStrictly<TOptions>(this OptionsBuilder<TOptions> options, string section, Func<TOptions, object> part)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Configure<IConfiguration>((bound, configuration) =>
        {
            try
            {
                configuration.GetSection(section).Bind(part(bound), Strict);
            }
            catch (InvalidOperationException exception)
            {
                throw new OptionsValidationException(options.Name, typeof(TOptions), [$"{section}: {string.Join(' ', Sentences(exception))}"]);
            }
        });
    }

    /// <summary>Refuses options that have faults, and names all of them.</summary>
    public static OptionsBuilder<TOptions> ValidateFaults<TOptions>(this OptionsBuilder<TOptions> options, Func<TOptions, IEnumerable<string>> faults)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Services.AddSingleton<IValidateOptions<TOptions>>(new FaultValidation<TOptions>(faults));
        return options;
    }

    /// <summary>For the binder itself.</summary>
    public static void Strict(BinderOptions binder)
    {
        ArgumentNullException.ThrowIfNull(binder);
        binder.ErrorOnUnknownConfiguration = true;
    }

    /// <summary>The binder says on the outside that it failed, further inside at what.</summary>
    private static IEnumerable<string> Sentences(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception.Message;
        }
    }

    private sealed class FaultValidation<TOptions>(Func<TOptions, IEnumerable<string>> faults) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options) =>
            faults(options).ToList() is { Count: > 0 } found ? ValidateOptionsResult.Fail(found) : ValidateOptionsResult.Success;
    }
}
