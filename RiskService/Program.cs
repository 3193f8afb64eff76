using Sure.RiskService;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRiskService();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapRiskService();
app.Run();
