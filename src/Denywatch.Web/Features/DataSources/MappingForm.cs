using Denywatch.Events.Integrations.Mapped;

namespace Denywatch.Web.Features.DataSources;

/// <summary>A field mapping while a person writes it: texts as they were typed.</summary>
public sealed class MappingForm
{
    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);

    public MappedFormat Format { get; set; } = MappedFormat.Json;
    public string Separator { get; set; } = "";
    public string Columns { get; set; } = "";
    public string TimeFormat { get; set; } = "";
    public string Denied { get; set; } = "";
    public string Allowed { get; set; } = "";
    public bool EveryLineIsDenied { get; set; }

    /// <summary>The name in the lines that goes to a target; empty where none does.</summary>
    public string this[string target]
    {
        get => names.GetValueOrDefault(target, "");
        set => names[target] = value.Trim();
    }

    public static MappingForm Of(FieldMapping? mapping)
    {
        var form = new MappingForm();
        if (mapping is null)
            return form;

        (form.Format, form.EveryLineIsDenied) = (mapping.Format, mapping.EveryLineIsDenied);
        form.Separator = mapping.Separator switch
        {
            '\t' => "tab",
            null => "",
            var other => $"{other}",
        };
        form.TimeFormat = mapping.TimeFormat ?? "";
        form.Columns = string.Join(", ", mapping.Columns);
        form.Denied = string.Join(", ", mapping.Denied);
        form.Allowed = string.Join(", ", mapping.Allowed);
        foreach (var (name, target) in mapping.Fields)
            form[target] = name;
        return form;
    }

    /// <summary>The mapping as typed, or what is wrong with it as a sentence.</summary>
    public (FieldMapping? Mapping, string? Problem) Make()
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (target, name) in names.Where(entry => entry.Value.Length > 0))
        {
            if (!fields.TryAdd(name, target))
                return (null, $"\"{name}\" is given for {fields[name]} and for {target}; a field goes to one place");
        }
        var mapping = new FieldMapping
        {
            Format = Format,
            Fields = fields,
            Separator =
                Separator is "tab" ? '\t'
                : Separator.Length > 0 ? Separator[0]
                : null,
            Columns = Split(Columns),
            TimeFormat = string.IsNullOrWhiteSpace(TimeFormat) ? null : TimeFormat.Trim(),
            Denied = Split(Denied),
            Allowed = Split(Allowed),
            EveryLineIsDenied = EveryLineIsDenied,
        };
        return mapping.Problem() is { } problem ? (null, problem) : (mapping, null);
    }

    private static string[] Split(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
