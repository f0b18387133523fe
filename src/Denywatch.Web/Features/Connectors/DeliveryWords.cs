using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Connectors;

/// <summary>The words for connectors and what they were told.</summary>
public static class DeliveryWords
{
    public static string Kind(ConnectorKind kind) => kind == ConnectorKind.Webhook ? "webhook" : "e-mail";

    public static string State(DeliveryState state) =>
        state switch
        {
            DeliveryState.Delivered => "delivered",
            DeliveryState.GivenUp => "given up",
            _ => "waiting",
        };

    public static string News(AlertNews news) =>
        news switch
        {
            AlertNews.Opened => "opened",
            AlertNews.Worse => "got worse",
            AlertNews.Closed => "closed",
            AlertNews.Reopened => "opened again",
            _ => "test",
        };

    /// <summary>Such as "2 connectors; soc-bot waits."</summary>
    public static string Headline(IReadOnlyList<ConnectorRow> connectors)
    {
        ArgumentNullException.ThrowIfNull(connectors);
        var head = connectors.Count switch
        {
            0 => "Nobody outside is told about alerts yet",
            1 => "One connector is told about alerts",
            var n => $"{n} connectors are told about alerts",
        };
        var stuck = connectors.Where(c => c.IsEnabled && c.First?.Answer is not null).Select(c => c.Name).ToList();
        return stuck.Count switch
        {
            0 => $"{head}.",
            1 => $"{head}; {stuck[0]} does not take them.",
            var n => $"{head}; {n} do not take them.",
        };
    }
}
