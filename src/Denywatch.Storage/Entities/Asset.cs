using System.Net;

namespace Denywatch.Storage.Entities;

/// <summary>An address or a network with its role: what is denied there from now on carries it.</summary>
public sealed class Asset
{
    public int Id { get; init; }

    /// <summary>Of one address where its prefix is as long as can be; no two assets have the same.</summary>
    public required IPNetwork Network { get; set; }

    /// <summary>As <see cref="Denywatch.Events.Assets.AssetRoles.Normal"/> has it.</summary>
    public required string Role { get; set; }

    public string? Note { get; set; }
    public required string ChangedBy { get; set; }
    public required DateTimeOffset ChangedAt { get; set; }
}
