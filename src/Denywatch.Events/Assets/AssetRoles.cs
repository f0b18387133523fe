namespace Denywatch.Events.Assets;

/// <summary>What the owner of a network says an address is: one of the common roles, or a word of their own.</summary>
public static class AssetRoles
{
    public const string OwnScanner = "own scanner";
    public const string Server = "server";
    public const string Client = "client";
    public const string Guest = "guest";
    public const string Printer = "printer";
    public const string TestSystem = "test system";

    /// <summary>Characters of a role.</summary>
    public const int Longest = 30;

    public static IReadOnlyList<string> Common { get; } = [OwnScanner, Server, Client, Guest, Printer, TestSystem];

    /// <summary>As roles are kept and compared: lower case, one space between words.</summary>
    public static string Normal(string? text) =>
        string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();
}
