using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Denywatch.Storage.Mappings;

internal sealed class AccountMapping : IEntityTypeConfiguration<Account>
{
    public void Configure(EntityTypeBuilder<Account> account)
    {
        account.ToTable("accounts");
        account.Property(a => a.Role).HasConversion<string>().HasMaxLength(16);
        account.Property(a => a.DisplayName).HasMaxLength(200);
    }
}

internal sealed class OneTimeLinkMapping : IEntityTypeConfiguration<OneTimeLink>
{
    public void Configure(EntityTypeBuilder<OneTimeLink> link)
    {
        link.ToTable("one_time_links");
        link.HasIndex(l => l.SecretHash).IsUnique();
        link.HasOne<Account>().WithMany().HasForeignKey(l => l.AccountId).OnDelete(DeleteBehavior.Cascade);
        link.Property<uint>("Version").IsRowVersion();
    }
}

internal sealed class AccessTokenMapping : IEntityTypeConfiguration<AccessToken>
{
    public void Configure(EntityTypeBuilder<AccessToken> token)
    {
        token.ToTable("access_tokens");
        token.Property(t => t.Scope).HasConversion<string>().HasMaxLength(16);
        token.Property(t => t.Name).HasMaxLength(100);
        token.HasIndex(t => t.SecretHash).IsUnique();
        token.HasIndex(t => t.Name).IsUnique().HasFilter("revoked_at IS NULL");
        token.HasOne<Account>().WithMany().HasForeignKey(t => t.AccountId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class AuditEntryMapping : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> entry)
    {
        entry.ToTable("audit");
        entry.Property(e => e.Before).HasColumnType("jsonb");
        entry.Property(e => e.After).HasColumnType("jsonb");
        entry.HasIndex(e => new { e.SubjectKind, e.SubjectId });
        entry.HasIndex(e => e.At);
        // What the trail is filtered by, with the key that it is read on by.
        entry.HasIndex(e => new { e.Actor, e.Id });
        entry.HasIndex(e => new { e.Deed, e.Id });
    }
}
