using Sure.QuoteService;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddQuoteService();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapQuoteService();
app.Run();
