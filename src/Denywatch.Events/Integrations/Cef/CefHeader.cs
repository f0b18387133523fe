namespace Denywatch.Events.Integrations.Cef;

/// <summary>
/// The seven parts before the extension: <c>CEF:0|vendor|product|version|id|name|severity|extension</c>. A pipe in a part
/// is escaped by a backslash.
/// </summary>
internal readonly ref struct CefHeader
{
    private const int Parts = 7;

    // Relays put headers of any shape in front.
    private const int FarthestStart = 1024;

    public ReadOnlySpan<byte> Id { get; private init; }
    public ReadOnlySpan<byte> Name { get; private init; }
    public ReadOnlySpan<byte> Extension { get; private init; }

    /// <summary>Where the event starts in a line; negative where it holds none.</summary>
    public static int StartIn(ReadOnlySpan<byte> line)
    {
        var look = line[..Math.Min(line.Length, FarthestStart)];
        var start = look.IndexOf("CEF:"u8);
        return start >= 0 && start + 5 < look.Length && look[start + 4] is (byte)'0' or (byte)'1' or (byte)' '
            ? start
            : -1;
    }

    /// <summary>False where a part is missing.</summary>
    public static bool TryRead(ReadOnlySpan<byte> cef, out CefHeader header)
    {
        Span<int> ends = stackalloc int[Parts];
        var found = 0;
        for (var i = 0; i < cef.Length && found < Parts; i++)
        {
            if (cef[i] == '\\')
                i++;
            else if (cef[i] == '|')
                ends[found++] = i;
        }
        // The last pipe is missing where an event has no extension.
        if (found < Parts - 1)
        {
            header = default;
            return false;
        }
        header = new CefHeader
        {
            Id = cef[(ends[3] + 1)..ends[4]],
            Name = cef[(ends[4] + 1)..ends[5]],
            Extension = found == Parts ? cef[(ends[6] + 1)..] : [],
        };
        return true;
    }
}
