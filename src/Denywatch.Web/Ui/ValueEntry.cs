namespace Denywatch.Web.Ui;

/// <summary>One entry of a value's small menu: a link, or something to run.</summary>
public sealed record ValueEntry(string Text, string? Href = null, Func<Task>? Run = null, string? Icon = null);
