using System.Globalization;
using Denywatch.Events.Maintenance;

namespace Denywatch.Events.Tests.Maintenance;

internal static class Some
{
    /// <summary>Two hours in Berlin.</summary>
    public static Schedule Schedule(string start, string? rule = null) =>
        new()
        {
            Name = "weekly scan",
            Start = DateTime.Parse(start, CultureInfo.InvariantCulture),
            Lasts = new(0, TimeSpan.FromHours(2)),
            TimeZone = "Europe/Berlin",
            Rule = rule,
        };
}
