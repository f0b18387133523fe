using System.Text.Json;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Denywatch.Storage.Mappings;

internal sealed class JobMapping : IEntityTypeConfiguration<Job>
{
    public void Configure(EntityTypeBuilder<Job> job)
    {
        job.ToTable("jobs");
        job.Property<uint>("Version").IsRowVersion();
        job.Ignore(j => j.Counting);
        job.Property(j => j.Events).HasConversion<string>().HasMaxLength(8).HasDefaultValue(CountedEvents.Denied);
        job.Property(j => j.Filter).AsJson();
        job.Property(j => j.HasOwnCounts).UsePropertyAccessMode(PropertyAccessMode.Property);
    }
}

internal sealed class JobExclusionMapping : IEntityTypeConfiguration<JobExclusion>
{
    public void Configure(EntityTypeBuilder<JobExclusion> exclusion)
    {
        exclusion.ToTable("job_exclusions");
        exclusion.HasOne<Job>().WithMany().HasForeignKey(e => e.JobId).OnDelete(DeleteBehavior.Cascade);
        exclusion.HasIndex(e => new { e.JobId, e.From });
    }
}

internal sealed class SeriesMapping : IEntityTypeConfiguration<Series>
{
    public void Configure(EntityTypeBuilder<Series> series)
    {
        series.ToTable("series");
        series.HasIndex(s => new { s.JobId, s.Partition }).IsUnique();
        series.HasIndex(s => s.Shard);
        series.HasIndex(s => s.JobId).HasFilter("own_counts AND counted_since IS NULL");
    }
}

internal sealed class RuleMapping : IEntityTypeConfiguration<Rule>
{
    public void Configure(EntityTypeBuilder<Rule> rule)
    {
        rule.ToTable("rules");
        rule.Property<uint>("Version").IsRowVersion();
        rule.Property(r => r.Document).HasColumnType("jsonb");
        rule.Property(r => r.Threats)
            .HasColumnType("jsonb")
            .HasConversion(
                threats => JsonSerializer.Serialize(threats, JsonSerializerOptions.Web),
                json => JsonSerializer.Deserialize<List<Threat>>(json, JsonSerializerOptions.Web) ?? new(),
                new ValueComparer<List<Threat>>(
                    (left, right) => ReferenceEquals(left, right),
                    threats => threats.Count,
                    threats => threats
                )
            );
    }
}

internal sealed class RuleVersionMapping : IEntityTypeConfiguration<RuleVersion>
{
    public void Configure(EntityTypeBuilder<RuleVersion> version)
    {
        version.ToTable("rule_versions");
        version.HasKey(v => new { v.RuleId, v.Number });
        version.Property(v => v.Definition).HasColumnType("jsonb");
        version.HasOne<Rule>().WithMany().HasForeignKey(v => v.RuleId);
    }
}

internal sealed class AlertMapping : IEntityTypeConfiguration<Alert>
{
    public void Configure(EntityTypeBuilder<Alert> alert)
    {
        alert.ToTable("alerts");
        alert.Property<uint>("Version").IsRowVersion();
        alert.Property(a => a.Status).HasConversion<string>().HasMaxLength(16);
        alert.Property(a => a.CloseReason).HasConversion<string>().HasMaxLength(24);
        alert.Property(a => a.Evidence).HasColumnType("jsonb");
        alert.ComplexProperty(
            a => a.Snooze,
            snooze => snooze.Property(s => s.Ends).HasConversion<string>().HasMaxLength(8)
        );
        alert.Property(a => a.IsSnoozed).HasComputedColumnSql("snooze_until IS NOT NULL", stored: true);
        alert
            .Property(a => a.MainSource)
            .HasComputedColumnSql("evidence -> 'excess' -> 'shape' ->> 'topSource'", stored: true);
        alert.Property(a => a.Firewalls).HasComputedColumnSql("alert_firewalls(evidence)", stored: true);
        alert
            .Property(a => a.SearchText)
            .HasComputedColumnSql("lower(alert_text(title, sentence, cause, evidence))", stored: true);
        alert.HasIndex(a => a.SearchText).HasMethod("gin").HasOperators("gin_trgm_ops");
        alert.HasIndex(a => new { a.Status, a.StartedAt });
        alert.HasIndex(a => a.StartedAt);
        alert.HasIndex(a => a.RaisedAt);
        // The queue and its head, from the index alone; then the orders of other lists.
        alert
            .HasIndex(
                a => new
                {
                    a.SeverityRank,
                    a.PeakScore,
                    a.Id,
                },
                "ix_alerts_queue"
            )
            .IsDescending()
            .HasDatabaseName("ix_alerts_queue")
            .HasFilter("status <> 'Closed'")
            .IncludeProperties(
                nameof(Alert.Status),
                nameof(Alert.Assignee),
                nameof(Alert.StartedAt),
                nameof(Alert.IsSnoozed)
            );
        alert
            .HasIndex(a => new
            {
                a.SeverityRank,
                a.PeakScore,
                a.Id,
            })
            .IsDescending();
        alert.HasIndex(a => new { a.Excess, a.Id }).IsDescending();
        alert.HasIndex(a => a.Firewalls).HasMethod("gin");
        // What groups count, from the index alone.
        alert
            .HasIndex(
                a => new
                {
                    a.Status,
                    a.IsSnoozed,
                    a.Assignee,
                    a.Cause,
                    a.Severity,
                    a.RuleId,
                    a.MainSource,
                },
                "ix_alerts_groups"
            )
            .HasDatabaseName("ix_alerts_groups")
            .IncludeProperties(nameof(Alert.Excess), nameof(Alert.StartedAt));
        alert.HasOne<Series>().WithMany().HasForeignKey(a => a.SeriesId).OnDelete(DeleteBehavior.Restrict);
        alert.HasMany(a => a.Notes).WithOne().HasForeignKey(note => note.AlertId);
    }
}

internal sealed class AlertNoteMapping : IEntityTypeConfiguration<AlertNote>
{
    public void Configure(EntityTypeBuilder<AlertNote> note) => note.ToTable("alert_notes");
}

internal sealed class SavedViewMapping : IEntityTypeConfiguration<SavedView>
{
    public void Configure(EntityTypeBuilder<SavedView> view)
    {
        view.ToTable("saved_views");
        view.HasIndex(v => new { v.Owner, v.Name }).IsUnique();
    }
}

internal sealed class BurstAnswerMapping : IEntityTypeConfiguration<BurstAnswer>
{
    public void Configure(EntityTypeBuilder<BurstAnswer> answer)
    {
        answer.ToTable("burst_answers");
        answer.HasKey(a => new
        {
            a.SeriesId,
            a.At,
            a.Day,
        });
        answer.HasOne<Series>().WithMany().HasForeignKey(a => a.SeriesId);
    }
}
