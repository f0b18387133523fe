using Microsoft.AspNetCore.Identity;

namespace Denywatch.Storage.Entities;

/// <summary>What an account may do; each role includes those before it.</summary>
public enum AccountRole
{
    Viewer,
    Analyst,
    Engineer,
    Admin,
}

/// <summary>A person who signs in.</summary>
public sealed class Account : IdentityUser<Guid>
{
    public string DisplayName { get; set; } = "";
    public AccountRole Role { get; set; }
    public bool IsDisabled { get; set; }
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Last time the handover or overview was read: "new since" marks count from it.</summary>
    public DateTimeOffset? SeenAt { get; set; }
}

/// <summary>A one-time link: the first administrator's set-up, or a new account's first password.</summary>
public sealed class OneTimeLink
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>SHA-256 of the secret in the link; the secret itself is shown once and kept nowhere.</summary>
    public required byte[] SecretHash { get; init; }

    /// <summary>The account whose password it sets; null for the set-up link.</summary>
    public Guid? AccountId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>What a token opens.</summary>
public enum TokenScope
{
    /// <summary>Sending events as one sender.</summary>
    Intake,

    /// <summary>The REST API, as the account that made it.</summary>
    Api,
}

/// <summary>A bearer secret of a sender or a program.</summary>
public sealed class AccessToken
{
    public int Id { get; init; }

    /// <summary>The sender's name, unique among tokens that are not revoked.</summary>
    public required string Name { get; set; }

    public required TokenScope Scope { get; init; }

    /// <summary>First characters of the secret, to recognise it by.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the whole secret.</summary>
    public required byte[] SecretHash { get; init; }

    /// <summary>The account an API token acts for; null for intake tokens.</summary>
    public Guid? AccountId { get; init; }

    public required string CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; set; }
    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>One change by one actor; written in the change's own transaction and never altered.</summary>
public sealed class AuditEntry
{
    public long Id { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Account name, or <c>system</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>What was done, such as <c>acknowledge</c>.</summary>
    public required string Deed { get; init; }

    /// <summary>Kind of thing it was done to, such as <c>alert</c>.</summary>
    public required string SubjectKind { get; init; }

    public required string SubjectId { get; init; }

    /// <summary>JSON of what stood before, or null for something new.</summary>
    public string? Before { get; init; }

    /// <summary>JSON of what stands now, or null for something removed.</summary>
    public string? After { get; init; }

    public string? Why { get; init; }
}
