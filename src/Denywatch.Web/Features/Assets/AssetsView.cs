using Microsoft.AspNetCore.Http.Extensions;

namespace Denywatch.Web.Features.Assets;

/// <summary>Which assets the page lists, as its address has it; the API takes the same.</summary>
/// <param name="Role">Only these.</param>
/// <param name="Text">An address or a network and what holds it or lies in it, or a part of an address, a role or a note.</param>
public sealed record AssetsView(string? Role = null, string? Text = null)
{
    public const string Path = "/sources/assets";

    /// <summary>Without what stands for nothing.</summary>
    public AssetsView Cleaned() => new(Cleaned(Role), Cleaned(Text));

    public string ToUrl() => Path + ToQuery();

    public string ToQuery()
    {
        var query = new QueryBuilder();
        if (Role is not null)
            query.Add("role", Role);
        if (Text is not null)
            query.Add("text", Text);
        return query.ToString();
    }

    private static string? Cleaned(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : text.Trim()[..Math.Min(text.Trim().Length, 200)];
}
