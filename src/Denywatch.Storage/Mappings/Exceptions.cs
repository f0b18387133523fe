using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Denywatch.Storage.Mappings;

internal sealed class TrafficExceptionMapping : IEntityTypeConfiguration<TrafficException>
{
    public void Configure(EntityTypeBuilder<TrafficException> exception)
    {
        exception.ToTable("exceptions");
        exception.Property(e => e.Scope).AsJson();
        exception.Property(e => e.Schedule).AsJson();
        exception.Property(e => e.Broken).AsJson().HasDefaultValueSql("'[]'");
        exception.Ignore(e => e.Title);
        exception.HasIndex(e => e.Change).IsUnique();
    }
}

internal sealed class ExceptionRequestMapping : IEntityTypeConfiguration<ExceptionRequest>
{
    public void Configure(EntityTypeBuilder<ExceptionRequest> request)
    {
        request.ToTable("exception_requests");
        request.Property(r => r.Draft).HasColumnType("jsonb");
    }
}
