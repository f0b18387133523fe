using System.Text.Json;
using System.Text.Json.Serialization;
using Denywatch.Events.Exceptions;
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
        exception
            .Property(e => e.Scope)
            .HasColumnType("jsonb")
            .HasConversion(
                scope => JsonSerializer.Serialize(scope, json),
                text => JsonSerializer.Deserialize<FlowScope>(text, json)!,
                new ValueComparer<FlowScope>((left, right) => ReferenceEquals(left, right), scope => 0, scope => scope)
            );
        exception.HasIndex(e => e.Change).IsUnique();
    }
}
