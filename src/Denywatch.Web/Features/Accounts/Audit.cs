using System.Text.Json;
using System.Text.Json.Serialization;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Accounts;

/// <summary>Makes the entry that is saved in the transaction of the deed it tells of.</summary>
public static class Audit
{
    private static readonly JsonSerializerOptions plain = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    /// <param name="before">What stood before, or null for something new.</param>
    /// <param name="after">What stands now, or null for something removed.</param>
    public static AuditEntry Entry(
        Actor actor,
        string deed,
        (string Kind, string Id) subject,
        object? before,
        object? after,
        string? why,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(actor);
        return new()
        {
            At = at,
            Actor = actor.Name,
            Deed = deed,
            SubjectKind = subject.Kind,
            SubjectId = subject.Id,
            Before = before is null ? null : JsonSerializer.Serialize(before, plain),
            After = after is null ? null : JsonSerializer.Serialize(after, plain),
            Why = string.IsNullOrWhiteSpace(why) ? null : why.Trim(),
        };
    }
}
