using System.Net;
using Denywatch.Events.Exceptions;

namespace Denywatch.Events.Assets;

/// <summary>What an address or a network is.</summary>
/// <param name="Network">Of one address where its prefix is as long as can be.</param>
public sealed record AssetEntry(IPNetwork Network, string Role, string? Note)
{
    /// <summary>As one writes it: an address, or a CIDR.</summary>
    public string Address => AddressOf(Network);

    /// <summary>A network of one address as that address, any other as a CIDR.</summary>
    public static string AddressOf(IPNetwork network) =>
        network.PrefixLength == network.BaseAddress.GetAddressBytes().Length * 8
            ? network.BaseAddress.ToString()
            : network.ToString();
}

/// <summary>An asset as somebody writes it, in a form or in a line of a file.</summary>
/// <param name="Address">An address or a CIDR; bits past the prefix are not minded.</param>
public sealed record AssetDraft(string? Address, string? Role, string? Note = null)
{
    /// <summary>Characters of a note.</summary>
    public const int LongestNote = 200;

    /// <summary>What is wrong with it, by the name of the field; empty where nothing is.</summary>
    public IReadOnlyDictionary<string, string> Problems
    {
        get
        {
            var problems = new Dictionary<string, string>(StringComparer.Ordinal);
            if (FlowScope.NetworkOf(Address?.Trim() ?? "") is null)
                problems["address"] = $"\"{Address?.Trim()}\" is neither an address nor a CIDR such as 10.2.3.0/24.";
            var role = AssetRoles.Normal(Role);
            if (role.Length == 0)
                problems["role"] = "Say what it is, such as server.";
            else if (role.Length > AssetRoles.Longest || role.Any(char.IsControl))
                problems["role"] = $"A role is plain text of at most {AssetRoles.Longest} characters.";
            if (Note?.Trim() is { } note && (note.Length > LongestNote || note.Any(char.IsControl)))
                problems["note"] = $"A note is one line of at most {LongestNote} characters.";
            return problems;
        }
    }

    /// <summary>As it is kept; null where something is wrong with it.</summary>
    public AssetEntry? Entry =>
        Problems.Count > 0
            ? null
            : new(
                FlowScope.NetworkOf(Address!.Trim())!.Value,
                AssetRoles.Normal(Role),
                string.IsNullOrWhiteSpace(Note) ? null : Note.Trim()
            );
}
