namespace Denywatch.Storage.Entities;

/// <summary>An exception that its maker's role is too small for: it takes nothing away until an engineer approves it.</summary>
public sealed class ExceptionRequest
{
    public int Id { get; init; }

    /// <summary>JSON of what was asked for.</summary>
    public required string Draft { get; init; }

    public required string RequestedBy { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
}
