using Sure.UtilizationService;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddUtilizationService();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapUtilizationService();
app.Run();
