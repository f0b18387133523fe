namespace Denywatch.Web.Features.Accounts;

/// <summary>What a role may do; each includes those before it.</summary>
public enum Policy
{
    /// <summary>Reading.</summary>
    View,

    /// <summary>Acknowledging, annotating, assigning, closing; switching rules with a reason.</summary>
    Triage,

    /// <summary>Rules, jobs, wide exceptions, maintenance windows, sites, data sources.</summary>
    Engineer,

    /// <summary>Users, tokens, connectors, retention.</summary>
    Administer,
}

/// <summary>What came of a deed.</summary>
public enum Outcome
{
    Done,

    /// <summary>The actor's role does not allow it.</summary>
    Forbidden,
    NotFound,

    /// <summary>The thing does not stand so any more: someone else was faster, or the request makes no sense for it.</summary>
    Refused,
}
