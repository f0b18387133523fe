namespace Denywatch.Events.Enrichment;

/// <summary>Two letters as one number, so that ranges of countries and of systems are one kind of table.</summary>
internal static class CountryCode
{
    private const int Letters = 26;

    private static readonly string[] Codes =
    [
        .. Enumerable
            .Range(0, Letters * Letters)
            .Select(i => $"{(char)('A' + (i / Letters))}{(char)('A' + (i % Letters))}"),
    ];

    public static uint? Pack(ReadOnlySpan<char> code) =>
        code.Length == 2 && char.IsAsciiLetterUpper(code[0]) && char.IsAsciiLetterUpper(code[1])
            ? (uint)(((code[0] - 'A') * Letters) + code[1] - 'A')
            : null;

    public static string Unpack(uint packed) => Codes[packed];
}
