using Denywatch.Storage.Entities;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>
/// What people edit, plus the small tables that machines share with them. Flows, counts and records are not here: they
/// are written by plain SQL, see <see cref="Schema"/>.
/// </summary>
public sealed class DenywatchDb(DbContextOptions<DenywatchDb> options)
    : IdentityUserContext<Account, Guid>(options),
        IDataProtectionKeyContext
{
    public DbSet<OneTimeLink> OneTimeLinks => Set<OneTimeLink>();
    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();
    public DbSet<AuditEntry> Audit => Set<AuditEntry>();
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();
    public DbSet<Site> Sites => Set<Site>();
    public DbSet<Asset> Assets => Set<Asset>();
    public DbSet<Firewall> Firewalls => Set<Firewall>();
    public DbSet<DataSource> DataSources => Set<DataSource>();
    public DbSet<SourceAlarm> SourceAlarms => Set<SourceAlarm>();
    public DbSet<Reject> Rejects => Set<Reject>();
    public DbSet<IntakeGap> IntakeGaps => Set<IntakeGap>();
    public DbSet<TrafficException> Exceptions => Set<TrafficException>();
    public DbSet<ExceptionRequest> ExceptionRequests => Set<ExceptionRequest>();
    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<JobExclusion> JobExclusions => Set<JobExclusion>();
    public DbSet<Series> Series => Set<Series>();
    public DbSet<Rule> Rules => Set<Rule>();
    public DbSet<RuleVersion> RuleVersions => Set<RuleVersion>();
    public DbSet<Alert> Alerts => Set<Alert>();
    public DbSet<AlertNote> AlertNotes => Set<AlertNote>();
    public DbSet<BurstAnswer> BurstAnswers => Set<BurstAnswer>();
    public DbSet<SavedView> SavedViews => Set<SavedView>();
    public DbSet<Connector> Connectors => Set<Connector>();
    public DbSet<Delivery> Deliveries => Set<Delivery>();

    /// <summary>PostgreSQL's <c>lower</c>, so that both sides of a comparison are lowered by the same rules; in queries only.</summary>
    [DbFunction("lower", IsBuiltIn = true)]
    public static string Lower(string text) => throw new NotSupportedException("The database lowers letters.");

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(DenywatchDb).Assembly);
    }

    /// <summary>
    /// Saves, and writes what is to be told about the alerts among it in the same transaction: whoever changes an alert,
    /// a machine or a person, passes here.
    /// </summary>
    public override async Task<int> SaveChangesAsync(
        bool acceptAllChangesOnSuccess,
        CancellationToken cancellationToken = default
    )
    {
        ChangeTracker.DetectChanges();
        var news = Outbox.TakeFrom(ChangeTracker);
        if (news.Count == 0)
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);

        await using var own = Database.CurrentTransaction is null
            ? await Database.BeginTransactionAsync(cancellationToken)
            : null;
        var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        await Outbox.AddAsync(this, news, cancellationToken);
        saved += await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        if (own is not null)
            await own.CommitAsync(cancellationToken);
        return saved;
    }

    /// <summary>Saves; false when someone else changed the same row first, or has what may be there only once.</summary>
    public async Task<bool> TrySaveUniqueAsync(CancellationToken ct)
    {
        try
        {
            return await TrySaveAsync(ct);
        }
        catch (DbUpdateException taken)
            when (taken.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return false;
        }
    }

    /// <summary>Saves; false when someone else changed the same row first.</summary>
    public async Task<bool> TrySaveAsync(CancellationToken ct)
    {
        try
        {
            await SaveChangesAsync(ct);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }
}
