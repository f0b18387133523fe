using Denywatch.Events.Exceptions;

namespace Denywatch.Storage;

/// <summary>A filter as SQL over a row <c>f</c> of flows.</summary>
public static class FilterSql
{
    /// <summary>A condition that is true for the traffic that is looked at, and the values that it names.</summary>
    /// <exception cref="ArgumentException">The filter has a <see cref="TrafficFilter.Problem"/>.</exception>
    /// <param name="prefix">Tells the parameters of several filters in one statement apart.</param>
    public static (string Sql, IReadOnlyList<(string Name, object? Value)> Parameters) Of(
        TrafficFilter filter,
        string prefix = "x"
    )
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (filter.Problem is { } problem)
            throw new ArgumentException(problem, nameof(filter));

        var sql = new ScopeSql(prefix);
        List<string> all = [sql.Matches(filter.Only), .. filter.Exclude.Select(scope => $"NOT {sql.Matches(scope)}")];
        return (string.Join(" AND ", all), sql.Parameters);
    }
}
