namespace Denywatch.Events.Text;

/// <summary>
/// The words of a message. Parentheses belong to the word they follow, blanks and all: user names such as
/// <c>(LOCAL\a user)</c> hold anything.
/// </summary>
internal ref struct TextWords(ReadOnlySpan<byte> text)
{
    private const int LongestParentheses = 256;

    private ReadOnlySpan<byte> rest = text;

    public bool Next(out ReadOnlySpan<byte> word)
    {
        rest = rest.TrimStart((byte)' ');
        word = [];
        if (rest.IsEmpty)
            return false;

        var end = rest.IndexOf((byte)' ');
        if (end < 0)
            end = rest.Length;
        var open = rest[..end].IndexOf((byte)'(');
        if (open > 0 && rest[open..end].IndexOf((byte)')') < 0)
        {
            // Near by, or a line full of open ones is read over and over.
            var close = rest.Slice(end, Math.Min(rest.Length - end, LongestParentheses)).IndexOf((byte)')');
            if (close >= 0)
                end += close + 1;
        }
        word = rest[..end];
        rest = rest[end..];

        return true;
    }
}
