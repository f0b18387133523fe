namespace Denywatch.Storage.Entities;

/// <summary>A list of alerts that somebody comes back to: a name for what stands in its address.</summary>
public sealed class SavedView
{
    public int Id { get; init; }

    /// <summary>Account that may change it.</summary>
    public required string Owner { get; init; }

    public required string Name { get; init; }

    /// <summary>The address's query, such as <c>?status=Open&amp;severity=high</c>.</summary>
    public required string Query { get; set; }

    /// <summary>Whether others see it, too.</summary>
    public bool IsShared { get; set; }
}
