// The port comes from the scheduler, the greeting from the definition, the release from TaskRunner.
var port = Environment.GetEnvironmentVariable("PORT0") ?? "5000";
var greeting = Environment.GetEnvironmentVariable("GREETING") ?? "Hello";
var stage = Environment.GetEnvironmentVariable("PIPELINE_STAGE") ?? "nowhere";
var release = Environment.GetEnvironmentVariable("PIPELINE_RELEASE") ?? "none";

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls($"http://0.0.0.0:{port}");
var app = builder.Build();

app.MapGet("/", () => $"{greeting}! This is release {release} in {stage}.\n");
app.MapGet("/healthz", () => "ok\n");

app.Run();
