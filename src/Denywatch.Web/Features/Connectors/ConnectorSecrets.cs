using System.Security.Cryptography;
using Denywatch.Storage.Entities;
using Microsoft.AspNetCore.DataProtection;

namespace Denywatch.Web.Features.Connectors;

/// <summary>Encrypts what webhooks are signed with, with keys that all nodes share.</summary>
public sealed class ConnectorSecrets(IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("Denywatch.Connectors");

    public string Protect(string secret) => protector.Protect(secret);

    /// <summary>Null where there is none, or where the keys are not those it was written with.</summary>
    public string? Read(Connector connector)
    {
        ArgumentNullException.ThrowIfNull(connector);
        try
        {
            return connector.ProtectedSecret is { } text ? protector.Unprotect(text) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
