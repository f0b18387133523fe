namespace Denywatch.Web.Features.Exceptions;

/// <summary>Who answers for traffic that is not counted, and why: what a form holds besides its address.</summary>
public sealed class ExceptionTerms
{
    public string Owner { get; set; } = "";
    public string Reason { get; set; } = "";
    public string LossReason { get; set; } = "";

    /// <param name="keptDays">Days that flows are kept: so far back the past is counted again.</param>
    public ExceptionDraft Draft(ExceptionView view, DateTimeOffset now, int keptDays)
    {
        ArgumentNullException.ThrowIfNull(view);
        var from = view.LeavesPast ? now : now.AddDays(-keptDays);
        return Complete(new(view.Scope, Owner, Reason, from, now.AddDays(view.Days), view.AlertId));
    }

    /// <summary>What was tried, with what was written since: it is saved for the same stretch of time.</summary>
    public ExceptionDraft Complete(ExceptionDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return draft with
        {
            Owner = Owner,
            Reason = Reason,
            LossReason = string.IsNullOrWhiteSpace(LossReason) ? null : LossReason,
        };
    }
}
