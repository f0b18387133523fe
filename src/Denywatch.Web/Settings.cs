using System.ComponentModel.DataAnnotations;

namespace Denywatch.Web;

/// <summary>What a node does; a small installation does it all.</summary>
[Flags]
public enum Roles
{
    None = 0,

    /// <summary>Pages and the API.</summary>
    Web = 1,

    /// <summary>Receivers.</summary>
    Intake = 2,

    /// <summary>Counting, scoring, alerting, retention.</summary>
    Worker = 4,
}

/// <summary>How the connection to the mail server is secured.</summary>
public enum SmtpTls
{
    /// <summary>It begins in the open and goes on encrypted; a server that cannot is not used.</summary>
    StartTls,

    /// <summary>Encrypted from the first byte.</summary>
    Tls,

    /// <summary>In the open, also the password.</summary>
    None,
}

/// <summary>The mail server that connectors of kind e-mail send through.</summary>
public sealed class SmtpSettings
{
    public string? Host { get; set; }

    public int Port { get; set; } = 587;

    public SmtpTls Tls { get; set; }
    public string? User { get; set; }
    public string? Password { get; set; }

    /// <summary>Sender of the mails, such as <c>denywatch@example.org</c>.</summary>
    public string? From { get; set; }

    public bool IsSet => Host is { Length: > 0 } && From is { Length: > 0 };

    /// <summary>What is wrong, as a sentence; null where nothing is.</summary>
    internal string? Problem =>
        Host is not { Length: > 0 } ? null
        : !MimeKit.MailboxAddress.TryParse(From, out _)
            ? $"Denywatch__Smtp__From is \"{From}\": use an address such as denywatch@example.org."
        : Port is < 1 or > 65535 ? $"Denywatch__Smtp__Port is {Port}: use one from 1 to 65535."
        : null;
}

/// <summary>The section <c>Denywatch</c> of the configuration; README.md has the table.</summary>
public sealed class Settings
{
    /// <summary>Folder of the private PostgreSQL; relative to the working folder.</summary>
    public string DataFolder { get; set; } = "data";

    /// <summary>Folder with PostgreSQL's programs; found by itself where empty.</summary>
    public string? PostgresBin { get; set; }

    /// <summary>Comma-separated: web, intake, worker.</summary>
    public string Roles { get; set; } = "web,intake,worker";

    /// <summary>UDP and TCP port of syslog; 0 turns it off.</summary>
    [Range(0, 65535)]
    public int SyslogPort { get; set; } = 5514;

    /// <summary>Address that syslog listens on: this machine alone, until told otherwise.</summary>
    public string SyslogAddress { get; set; } = "127.0.0.1";

    /// <summary>Where people and senders reach this server, as shown in links and guides.</summary>
    public string? PublicUrl { get; set; }

    public SmtpSettings Smtp { get; set; } = new();

    /// <summary>Days that flows are kept.</summary>
    [Range(7, 400)]
    public int KeepFlowsDays { get; set; } = 35;

    /// <summary>Days that raw lines are kept.</summary>
    [Range(0, 400)]
    public int KeepLinesDays { get; set; } = 7;

    /// <summary>Days that counts and records are kept.</summary>
    [Range(35, 4000)]
    public int KeepCountsDays { get; set; } = 400;

    /// <summary>Hours after which an acknowledged alert that nobody did anything with is back in the queue.</summary>
    [Range(1, 720)]
    public int ReturnAfterHours { get; set; } = 4;

    /// <summary>Fills an empty database with a generated month and goes on with live traffic.</summary>
    public bool Demo { get; set; }

    public Roles RoleSet => ParseRoles(Roles) ?? Web.Roles.None;

    /// <summary>The roles named, or null where a word is none.</summary>
    public static Roles? ParseRoles(string text)
    {
        var roles = Web.Roles.None;
        foreach (var word in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Enum.TryParse<Roles>(word, ignoreCase: true, out var role) || char.IsDigit(word[0]))
                return null;
            roles |= role;
        }
        return roles == Web.Roles.None ? null : roles;
    }
}

internal static class SettingsSetup
{
    public const string DemoSwitch = "--demo";

    /// <summary>This machine alone, until told otherwise: there is no TLS.</summary>
    private const string DefaultUrl = "http://localhost:8080";

    /// <summary>Reads and checks the settings; a wrong value stops the start with a sentence that names its key.</summary>
    public static Settings AddSettings(this WebApplicationBuilder builder, string[] args)
    {
        AddSecretFiles(builder.Configuration);
        if (args.Contains(DemoSwitch, StringComparer.Ordinal))
            builder.Configuration.AddInMemoryCollection([
                new("Denywatch:Demo", "true"),
                new("Denywatch:DataFolder", "data-demo"),
            ]);
        var section = builder.Configuration.GetSection("Denywatch");
        var settings = new Settings();
        try
        {
            section.Bind(settings);
        }
        catch (InvalidOperationException wrong)
        {
            throw new SettingsException(wrong.Message);
        }
        List<ValidationResult> problems = [];
        if (!Validator.TryValidateObject(settings, new(settings), problems, validateAllProperties: true))
            throw new SettingsException(
                string.Join(" ", problems.Select(p => $"Denywatch__{p.MemberNames.First()}: {p.ErrorMessage}"))
            );
        if (Settings.ParseRoles(settings.Roles) is null)
            throw new SettingsException(
                $"Denywatch__Roles is \"{settings.Roles}\": use a comma-separated list of web, intake and worker."
            );
        if (!System.Net.IPAddress.TryParse(settings.SyslogAddress, out _))
            throw new SettingsException(
                $"Denywatch__SyslogAddress is \"{settings.SyslogAddress}\": use an address such as 0.0.0.0."
            );

        if (settings.Smtp.Problem is { } wrongMail)
            throw new SettingsException(wrongMail);
        if (settings.PublicUrl is { Length: > 0 } home && !Uri.IsWellFormedUriString(home, UriKind.Absolute))
            throw new SettingsException(
                $"Denywatch__PublicUrl is \"{home}\": use an address such as https://denywatch.example.org."
            );

        // Not in appsettings.json: that file would overrule ASPNETCORE_URLS.
        if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is not { Length: > 0 })
            builder.WebHost.UseUrls(DefaultUrl);

        builder.Services.AddSingleton(settings);
        return settings;
    }

    /// <summary>A key that ends in <c>_FILE</c> is read from the file it names, as container secrets are.</summary>
    private static void AddSecretFiles(ConfigurationManager configuration)
    {
        Dictionary<string, string?> secrets = [];
        foreach (var (key, path) in configuration.AsEnumerable())
        {
            if (!key.EndsWith("_FILE", StringComparison.Ordinal) || path is null || !key.Contains(':'))
                continue;
            if (!File.Exists(path))
                throw new SettingsException(
                    $"{key.Replace(":", "__", StringComparison.Ordinal)} names {path}, which is not there."
                );
            secrets[key[..^"_FILE".Length]] = File.ReadAllText(path).Trim();
        }
        configuration.AddInMemoryCollection(secrets);
    }
}

/// <summary>A setting is wrong; the message says which and what would be right.</summary>
public sealed class SettingsException(string message) : Exception(message);
