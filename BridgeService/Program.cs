using Sure.BridgeService;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddBridgeService();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapBridgeService();
app.Run();
