using Sure.RealtimeService;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRealtimeService();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapRealtimeService();
app.Run();
