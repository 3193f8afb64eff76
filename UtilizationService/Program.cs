using Sure.UtilizationService;
using Sure.UtilizationService.Claims.Evidence;

if (VerifyEvidence.IsAsked(args))
{
    return VerifyEvidence.Run(args, Console.Out, Console.Error);
}

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddUtilizationService();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapUtilizationService();
app.Run();
return 0;
