namespace Denywatch.Web.Features.Administration;

/// <summary>Where the thing is that an entry speaks of.</summary>
public static class AuditSubject
{
    /// <summary>Null where it has no page.</summary>
    public static string? UrlOf(string kind, string id) =>
        kind switch
        {
            "alert" => $"/alerts/{Uri.EscapeDataString(id)}",
            "rule" => $"/rules/{Uri.EscapeDataString(id)}",
            "job" => $"/rules/jobs/{Uri.EscapeDataString(id)}",
            "exception" => $"/rules/exceptions/{Uri.EscapeDataString(id)}",
            "sender" or "firewall" or "source alarm" => "/sources",
            "site" => "/sources/sites",
            "asset" or "assets" => "/sources/assets",
            "account" => "/settings/users",
            "token" => "/settings/tokens",
            "connector" => "/settings/connectors",
            "delivery" => "/settings/deliveries",
            "pivot" => "/settings/pivots",
            "note" => "/explorer",
            "view" => "/alerts",
            "shift" => "/handover",
            _ => null,
        };
}
