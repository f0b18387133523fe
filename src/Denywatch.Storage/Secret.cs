using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Denywatch.Storage;

/// <summary>Secrets that are shown once and kept as their SHA-256: 256 random bits need no slow hash.</summary>
public static class Secret
{
    /// <summary>Characters of a secret that are kept in the open, to recognise it by.</summary>
    public const int PrefixLength = 8;

    /// <summary>A new secret such as <c>dwi_...</c>.</summary>
    public static string New(string kind) => $"{kind}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
