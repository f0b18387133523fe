using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Denywatch.Storage.Mappings;

internal sealed class ConnectorMapping : IEntityTypeConfiguration<Connector>
{
    public void Configure(EntityTypeBuilder<Connector> connector)
    {
        connector.ToTable("connectors");
        connector.Property<uint>("Version").IsRowVersion();
        connector.Property(c => c.Kind).HasConversion<string>().HasMaxLength(16);
        connector.Property(c => c.Name).HasMaxLength(100);
        connector.HasIndex(c => c.Name).IsUnique().HasFilter("removed_at IS NULL");
    }
}

internal sealed class DeliveryMapping : IEntityTypeConfiguration<Delivery>
{
    public void Configure(EntityTypeBuilder<Delivery> delivery)
    {
        delivery.ToTable("deliveries");
        delivery.Property<uint>("Version").IsRowVersion();
        delivery.Property(d => d.News).HasConversion<string>().HasMaxLength(16);
        delivery.Property(d => d.State).HasConversion<string>().HasMaxLength(16);
        delivery.Property(d => d.Body).HasColumnType("jsonb");
        delivery
            .HasOne(d => d.Connector)
            .WithMany()
            .HasForeignKey(d => d.ConnectorId)
            .OnDelete(DeleteBehavior.Restrict);
        delivery.HasOne<Alert>().WithMany().HasForeignKey(d => d.AlertId).OnDelete(DeleteBehavior.Restrict);
        delivery.HasOne<SourceAlarm>().WithMany().HasForeignKey(d => d.SourceAlarmId).OnDelete(DeleteBehavior.Restrict);
        delivery
            .HasIndex(d => new
            {
                d.SourceAlarmId,
                d.ConnectorId,
                d.Sequence,
            })
            .IsUnique();
        delivery.HasIndex(d => new { d.ConnectorId, d.Id }, "ix_deliveries_waiting").HasFilter("state = 'Waiting'");
        delivery.HasIndex(d => new { d.ConnectorId, d.Id }, "ix_deliveries_connector");
        delivery.HasIndex(d => new { d.State, d.Id });
        delivery
            .HasIndex(d => new
            {
                d.AlertId,
                d.ConnectorId,
                d.Sequence,
            })
            .IsUnique();
    }
}
