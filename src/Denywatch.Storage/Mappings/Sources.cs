using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Denywatch.Storage.Mappings;

internal sealed class SiteMapping : IEntityTypeConfiguration<Site>
{
    public void Configure(EntityTypeBuilder<Site> site)
    {
        site.ToTable("sites");
        site.HasIndex(s => s.Name).IsUnique();
    }
}

internal sealed class AssetMapping : IEntityTypeConfiguration<Asset>
{
    public void Configure(EntityTypeBuilder<Asset> asset)
    {
        asset.ToTable("assets");
        // Its networks are unique, too; EF cannot order them, so that index stands in the migration's SQL.
        asset.HasIndex(a => a.Role);
    }
}

internal sealed class FirewallMapping : IEntityTypeConfiguration<Firewall>
{
    public void Configure(EntityTypeBuilder<Firewall> firewall)
    {
        firewall.ToTable("firewalls");
        firewall.HasIndex(f => f.Name).IsUnique();
        firewall.HasOne(f => f.AliasOf).WithMany().HasForeignKey(f => f.AliasOfId).OnDelete(DeleteBehavior.SetNull);
    }
}

internal sealed class DataSourceMapping : IEntityTypeConfiguration<DataSource>
{
    public void Configure(EntityTypeBuilder<DataSource> source)
    {
        source.ToTable("data_sources");
        source
            .HasIndex(s => new
            {
                s.Sender,
                s.Integration,
                s.FirewallId,
            })
            .IsUnique();
        source.Property(s => s.LastEvent).HasColumnType("jsonb");
        source.Property(s => s.Mapping).HasColumnType("jsonb");
    }
}

internal sealed class SourceAlarmMapping : IEntityTypeConfiguration<SourceAlarm>
{
    public void Configure(EntityTypeBuilder<SourceAlarm> alarm)
    {
        alarm.ToTable("source_alarms");
        alarm.Property<uint>("Version").IsRowVersion();
        alarm.Ignore(a => a.SeverityRank);
        alarm.Ignore(a => a.MayBeDismissed);
        alarm.Property(a => a.Kind).HasConversion<string>().HasMaxLength(16);
        alarm.HasOne(a => a.DataSource).WithMany().HasForeignKey(a => a.DataSourceId).OnDelete(DeleteBehavior.Cascade);
        alarm.HasOne<DataSource>().WithMany().HasForeignKey(a => a.OtherSourceId).OnDelete(DeleteBehavior.Cascade);
        alarm.HasIndex(a => new { a.DataSourceId, a.Kind }).IsUnique().HasFilter("ended_at IS NULL");
        alarm.HasIndex(a => new { a.DataSourceId, a.RaisedAt });
    }
}

internal sealed class RejectMapping : IEntityTypeConfiguration<Reject>
{
    public void Configure(EntityTypeBuilder<Reject> reject)
    {
        reject.ToTable("rejects");
        reject.HasKey(r => new { r.DataSourceId, r.Reason });
    }
}

internal sealed class IntakeGapMapping : IEntityTypeConfiguration<IntakeGap>
{
    public void Configure(EntityTypeBuilder<IntakeGap> gap)
    {
        gap.ToTable("intake_gaps");
        gap.HasIndex(g => g.To);
    }
}
