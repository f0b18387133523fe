namespace Denywatch.Events.Integrations.WindowsFirewall;

/// <summary>
/// Walks the XML of one Windows event: <c>&lt;EventID&gt;5152&lt;/EventID&gt;</c>, <c>&lt;Data
/// Name='SourceAddress'&gt;…&lt;/Data&gt;</c>, and the attribute <c>SystemTime</c>. No XML reader: it would throw, and follow
/// what a document says about itself.
/// </summary>
internal ref struct XmlFields(ReadOnlySpan<byte> xml)
{
    private ReadOnlySpan<byte> rest = xml;

    public ReadOnlySpan<byte> Name { get; private set; }
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        while (true)
        {
            var open = rest.IndexOf((byte)'<');
            if (open < 0)
                return false;
            rest = rest[(open + 1)..];
            var close = rest.IndexOf((byte)'>');
            if (close < 0)
                return false;
            var tag = rest[..close];
            rest = rest[(close + 1)..];
            if (tag.IsEmpty || tag[0] is (byte)'/' or (byte)'?' or (byte)'!')
                continue;

            if (Attribute(tag, "SystemTime="u8) is { IsEmpty: false } time)
            {
                Name = "SystemTime"u8;
                Value = time;
                return true;
            }
            var end = rest.IndexOf((byte)'<');
            Value = end < 0 ? rest : rest[..end];
            var named = Attribute(tag, "Name="u8);
            var space = tag.IndexOf((byte)' ');
            Name =
                tag.StartsWith("Data"u8) && !named.IsEmpty ? named
                : space < 0 ? tag
                : tag[..space];
            if (!Value.IsEmpty)
                return true;
        }
    }

    private static ReadOnlySpan<byte> Attribute(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> name)
    {
        var start = tag.IndexOf(name);
        if (start < 0 || start + name.Length + 1 >= tag.Length)
            return [];
        var value = tag[(start + name.Length)..];
        var quote = value[0];
        if (quote is not ((byte)'"' or (byte)'\''))
            return [];
        value = value[1..];
        var end = value.IndexOf(quote);
        return end < 0 ? [] : value[..end];
    }
}
