using System.Net;
using Denywatch.Alerting;
using Denywatch.Storage.Entities;
using MimeKit;

namespace Denywatch.Web.Features.Connectors;

/// <summary>A connector as it is asked for.</summary>
/// <param name="Address">A webhook's URL, or mail addresses separated by commas.</param>
/// <param name="MinimumSeverity">Lowest severity that is told.</param>
/// <param name="RuleIds">Rules whose alerts are told; all where it is empty.</param>
public sealed record ConnectorDraft(
    string Name,
    ConnectorKind Kind,
    string Address,
    Severity MinimumSeverity = Severity.Low,
    IReadOnlyList<Guid>? RuleIds = null
)
{
    private const int LongestName = 100;
    private const int MostMailboxes = 50;

    /// <summary>What is wrong with it, as a sentence; null where nothing is.</summary>
    public string? Problem =>
        string.IsNullOrWhiteSpace(Name) ? "Give it a name: the log and the alerts show it."
        : Name.Trim().Length > LongestName ? $"The name may have {LongestName} characters."
        : !Enum.IsDefined(Kind) || !Enum.IsDefined(MinimumSeverity) ? "That is not a kind or a severity."
        : Kind == ConnectorKind.Webhook ? ProblemOfUrl(Address)
        : ProblemOfMailboxes(Address);

    private static string? ProblemOfUrl(string address) =>
        !Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            ? "Write the whole address, such as https://soc.example.org/denywatch."
        : url.UserInfo.Length > 0 ? "No name and password in the address: what is sent is signed instead."
        : IPAddress.TryParse(url.Host.Trim('[', ']'), out var literal) && ForbiddenAddresses.Hold(literal)
            ? new ForbiddenAddressException(literal).Message + "."
        : null;

    private static string? ProblemOfMailboxes(string addresses) =>
        !InternetAddressList.TryParse(addresses, out var list) || list.Count == 0 || list.Any(NoMailbox)
            ? "Write mail addresses, separated by commas."
        : list.Count > MostMailboxes ? $"At most {MostMailboxes} addresses: use a mailing list."
        : null;

    private static bool NoMailbox(InternetAddress address) =>
        address is not MailboxAddress { Address: { } mailbox } || !mailbox.Contains('@', StringComparison.Ordinal);
}
