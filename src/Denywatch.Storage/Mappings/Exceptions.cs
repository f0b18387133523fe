using System.Text.Json;
using System.Text.Json.Serialization;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Denywatch.Storage.Mappings;

internal sealed class TrafficExceptionMapping : IEntityTypeConfiguration<TrafficException>
{
    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public void Configure(EntityTypeBuilder<TrafficException> exception)
    {
        exception.ToTable("exceptions");
        AsJson(exception.Property(e => e.Scope));
        AsJson(exception.Property(e => e.Schedule));
        AsJson(exception.Property(e => e.Broken)).HasDefaultValueSql("'[]'");
        exception.Ignore(e => e.Title);
        exception.HasIndex(e => e.Change).IsUnique();
    }

    /// <summary>Values of records that never change: another one is another object.</summary>
    private static PropertyBuilder<T> AsJson<T>(PropertyBuilder<T> property) =>
        property
            .HasColumnType("jsonb")
            .HasConversion(
                value => JsonSerializer.Serialize(value, json),
                text => JsonSerializer.Deserialize<T>(text, json)!,
                new ValueComparer<T>((left, right) => ReferenceEquals(left, right), value => 0, value => value)
            );
}

internal sealed class ExceptionRequestMapping : IEntityTypeConfiguration<ExceptionRequest>
{
    public void Configure(EntityTypeBuilder<ExceptionRequest> request)
    {
        request.ToTable("exception_requests");
        request.Property(r => r.Draft).HasColumnType("jsonb");
    }
}
