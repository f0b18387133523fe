using Denywatch.Storage;
using Denywatch.Storage.Embedded;
using Denywatch.Web;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Demo;
using Denywatch.Web.Features.Ingestion;
using Denywatch.Web.Features.Nodes;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Features.Timetable;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using MudBlazor.Services;
using Npgsql;

System.Globalization.CultureInfo.DefaultThreadCurrentCulture = System.Globalization.CultureInfo.InvariantCulture;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseStaticWebAssets(); // a build that is not published serves its assets too
var settings = builder.AddSettings(args);
await using var database = await PrivateDatabase.StartAsync(builder.Configuration, settings);

builder.Services.AddDatabase(database.ConnectionString);
builder.Services.AddSingleton(TimeProvider.System);
builder.AddLive();
builder.AddIngestion(settings);
builder.AddScoring();
builder.AddAlerts();
builder.AddRules();
builder.AddDemo(settings);
builder.AddTimetable(settings, database.ConnectionString);
builder.Services.AddHostedService<NodeHeart>();
builder.Services.AddMudServices();
builder.Services.AddRazorComponents().AddInteractiveServerComponents();

var app = builder.Build();
await Database.MigrateAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), CancellationToken.None);
await RulesSetup.SeedAsync(
    app.Services.GetRequiredService<IDbContextFactory<DenywatchDb>>(),
    TimeProvider.System,
    CancellationToken.None
);

app.UseElasticsearchRoot();
app.MapStaticAssets();
app.MapIngestion(settings);
app.UseTimetable(settings);
app.Run();
