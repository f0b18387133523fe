using System.Globalization;
using Denywatch.Storage;
using Denywatch.Web;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Administration;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Assets;
using Denywatch.Web.Features.Connectors;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Features.Demo;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Handover;
using Denywatch.Web.Features.Ingestion;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Learning;
using Denywatch.Web.Features.Nodes;
using Denywatch.Web.Features.Outcomes;
using Denywatch.Web.Features.Overview;
using Denywatch.Web.Features.Pivots;
using Denywatch.Web.Features.Replay;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Features.SetupGuide;
using Denywatch.Web.Features.Sites;
using Denywatch.Web.Features.Timetable;
using Denywatch.Web.Features.Windows;
using Denywatch.Web.Layout;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

// "--demo" stands alone, and the command-line configuration would take the next word for its value.
var builder = WebApplication.CreateBuilder([.. args.Where(arg => arg != SettingsSetup.DemoSwitch)]);
Settings settings;
try
{
    settings = builder.AddSettings(args);
}
catch (SettingsException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
await using var database = await PrivateDatabase.StartAsync(builder.Configuration, settings);

builder.Services.AddDatabase(database.ConnectionString);
builder.AddShell();
builder.AddLive();
builder.AddNodes();
builder.AddAccounts();
builder.AddAdministration();
builder.AddIngestion(settings);
builder.AddScoring();
builder.AddAlerts();
builder.AddConnectors();
builder.AddJobs();
builder.AddRules();
builder.AddReplay();
builder.AddExceptions();
builder.AddOutcomes();
builder.AddLearning();
builder.AddWindows();
builder.AddDataSources();
builder.AddSites();
builder.AddAssets();
builder.AddHandover();
builder.AddOverview();
builder.AddExplorer();
builder.AddPivots();
builder.AddSetupGuide();
builder.AddDemo(settings);
builder.AddTimetable(settings, database.ConnectionString);
builder.Services.AddOpenApi();

var app = builder.Build();
await Database.MigrateAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), CancellationToken.None);
await RulesSetup.SeedAsync(
    app.Services.GetRequiredService<IDbContextFactory<DenywatchDb>>(),
    TimeProvider.System,
    CancellationToken.None
);

app.UseIngestionRoot(settings);
app.MapAccounts();
app.MapNodes();
app.MapIngestion(settings);
if (settings.RoleSet.HasFlag(Roles.Web))
{
    app.MapOpenApi().AllowAnonymous();
    var api = app.MapGroup("/api/v1");
    api.MapAlerts();
    api.MapConnectors();
    api.MapJobs();
    api.MapSourceAlarms();
    api.MapRules();
    api.MapExceptions();
    api.MapOutcomes();
    api.MapLearning();
    api.MapWindows();
    api.MapSites();
    api.MapAssets();
    api.MapExplorer();
    api.MapAudit();
    app.MapShell();
}
await app.RunAsync();
return 0;
