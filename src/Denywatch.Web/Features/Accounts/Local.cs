namespace Denywatch.Web.Features.Accounts;

/// <summary>Addresses that a link may send someone to.</summary>
public static class Local
{
    /// <summary>The path where it is one of this site, else the overview: a link must not lead elsewhere after sign-in.</summary>
    public static string Path(string? to) =>
        to is ['/', ..] and not ['/', '/' or '\\', ..] && !to.Any(char.IsControl) ? to : "/";
}
