namespace Denywatch.Events.Maintenance;

/// <summary>One content line of RFC 5545, unfolded.</summary>
/// <param name="Number">Of its first line in the file, from 1.</param>
/// <param name="Name">In upper case.</param>
internal sealed record IcalLine(int Number, string Name, IReadOnlyDictionary<string, string> Parameters, string Value)
{
    public string? TimeZone => Parameters.GetValueOrDefault("TZID");

    /// <summary>A TEXT value with its escapes resolved.</summary>
    public string Text =>
        string.Concat(
                Value
                    .Replace("\\n", " ", StringComparison.OrdinalIgnoreCase)
                    .Replace("\\,", ",", StringComparison.Ordinal)
                    .Replace("\\;", ";", StringComparison.Ordinal)
                    .Replace("\\\\", "\\", StringComparison.Ordinal)
                    .Where(letter => !char.IsControl(letter))
            )
            .Trim();
}

/// <summary>BEGIN to END.</summary>
internal sealed class IcalComponent(string name, int number)
{
    public string Name => name;

    /// <summary>Line of its BEGIN.</summary>
    public int Number => number;

    public List<IcalLine> Lines { get; } = [];
    public List<IcalComponent> Parts { get; } = [];

    public IcalLine? this[string property] => Lines.Find(line => line.Name == property);

    public IEnumerable<IcalLine> All(string property) => Lines.Where(line => line.Name == property);
}

/// <summary>Cuts a calendar into components; what it cannot cut it says, and goes on.</summary>
internal static class IcalLines
{
    private const int Deepest = 8;

    public static IcalComponent Read(string text, Action<int, string> problem)
    {
        var root = new IcalComponent("", 0);
        Stack<IcalComponent> open = new([root]);
        foreach (var (number, line) in Unfold(text))
        {
            if (line.Length == 0)
                continue;
            if (Parse(number, line) is not { } read)
                problem(number, "It is no line of a calendar: a name, a colon and a value are expected.");
            else if (read.Name == "BEGIN" && open.Count > Deepest)
                problem(number, "Components lie too deep in each other.");
            else if (read.Name == "BEGIN")
                open.Push(new(read.Value.Trim().ToUpperInvariant(), number));
            else if (read.Name != "END")
                open.Peek().Lines.Add(read);
            else if (!End(read.Value.Trim()))
                problem(number, $"END:{read.Value} ends nothing that was begun.");
        }
        while (open.Count > 1)
            CloseUnended();
        return root;

        bool End(string name)
        {
            if (!open.Any(component => Is(component, name)))
                return false;
            while (!Is(open.Peek(), name))
                CloseUnended();
            Close();
            return true;
        }

        void CloseUnended()
        {
            problem(open.Peek().Number, $"{open.Peek().Name} is begun here and never ended.");
            Close();
        }

        void Close()
        {
            var done = open.Pop();
            open.Peek().Parts.Add(done);
        }
    }

    private static bool Is(IcalComponent component, string name) =>
        component.Number > 0 && string.Equals(component.Name, name, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<(int Number, string Line)> Unfold(string text)
    {
        var (start, line) = (0, "");
        var number = 0;
        foreach (var raw in text.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            if (raw is [' ' or '\t', ..])
            {
                line += raw[1..];
                continue;
            }
            if (start > 0)
                yield return (start, line);
            (start, line) = (number, raw.TrimStart('\uFEFF'));
        }
        yield return (start, line);
    }

    private static IcalLine? Parse(int number, string line)
    {
        // A colon or semicolon within quotes belongs to a parameter's value.
        List<string> head = [];
        var (quoted, from) = (false, 0);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
                quoted = !quoted;
            else if (!quoted && line[i] is ';' or ':')
            {
                head.Add(line[from..i]);
                from = i + 1;
                if (line[i] == ':')
                    return Of(number, head, line[from..]);
            }
        }
        return null;
    }

    private static IcalLine? Of(int number, List<string> head, string value)
    {
        if (head[0].Length == 0 || !head[0].All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
            return null;
        Dictionary<string, string> parameters = new(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in head.Skip(1))
        {
            if (parameter.Split('=', 2) is [var name, var text])
                parameters[name] = text.Trim('"');
        }
        return new(number, head[0].ToUpperInvariant(), parameters, value);
    }
}
