using System.Collections.Frozen;
using System.Text;
using Denywatch.Events.Integrations;
using Denywatch.Events.Integrations.Ecs;
using Denywatch.Events.Integrations.Mapped;
using Denywatch.Events.Syslog;
using Denywatch.Events.Text;

namespace Denywatch.Events;

/// <summary>How a line was read.</summary>
/// <param name="Integration">Name of the integration that took the line; null where none did.</param>
/// <param name="Problem">Why the line was rejected: what, where, how to fix it; null where it was understood.</param>
public readonly record struct Reading(string? Integration, string? Problem)
{
    public bool IsRejected => Problem is not null;
}

/// <summary>
/// Reads the lines of one sender: one instance per connection, file or peer, not shared between threads. It remembers
/// which integration took the last line and asks that one first; a sender that changes its format, or a relay with many
/// devices behind it, is followed line by line.
/// </summary>
public sealed class EventReader
{
    /// <summary>Bytes of a line, beyond which it is rejected unread.</summary>
    public const int LongestLine = 1024 * 1024;

    // Daemons that log beside the packet filter on the same host: understood, and no verdict in them.
    private static readonly FrozenSet<string> OtherPrograms = (
        "kernel dhcpd dhclient dhcp6c dnsmasq dnsmasq-dhcp unbound openvpn haproxy nginx lighttpd squid"
        + " php-fpm radvd rtsold charon racoon ntpd chronyd dpinger apinger syslogd syslog-ng rsyslogd"
        + " cron CRON crond /usr/sbin/cron sshd sudo su login systemd systemd-logind logger"
        + " check_reload_status /flowd_aggregate.py configd.py hostapd pppoe ppp miniupnpd snmpd xinetd"
        + " igmpproxy"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.Ordinal);

    // Twice what a datagram holds. A document may be longer; of a text, what is behind this is not read.
    private const int LongestText = 128 * 1024;

    // Rubbish between brackets must not keep us for long: with so many rejected and none read, the rest is not tried.
    private const int MostRejected = 1000;

    // A message of Pub/Sub may hold records of its own, and those a document.
    private const int MostEnvelopes = 3;

    private readonly IIntegration[] integrations;
    private readonly IIntegration? only;
    private IIntegration? last;
    private IIntegration? lastWrapped;
    private FirewallEvent? previous;
    private string? previousHost;

    /// <param name="pinned">Name of the only integration to use; null to find out from the lines.</param>
    /// <exception cref="ArgumentException">No integration has that name.</exception>
    public EventReader(string? pinned = null)
    {
        integrations = [.. ChosenFor(pinned).Select(integration => integration.ForSender())];
        only = pinned is null ? null : integrations.First(integration => integration.Name == pinned);
    }

    /// <summary>A reader for a source whose format a person mapped.</summary>
    /// <exception cref="ArgumentException">The mapping has a problem of its own.</exception>
    public EventReader(FieldMapping mapping)
    {
        var mapped = new MappedIntegration(mapping);
        only = mapped;
        // A shipper's document may carry the line, and one that is mapped itself must not be taken for such.
        integrations =
            mapping.Format == MappedFormat.Json ? [mapped, new EcsIntegration()] : [new EcsIntegration(), mapped];
    }

    private static IEnumerable<IIntegration> ChosenFor(string? pinned)
    {
        if (pinned is null)
            return Catalogue.All;
        if (Catalogue.Find(pinned) is not { } only)
            throw new ArgumentException($"no integration is called \"{pinned}\"", nameof(pinned));
        // Documents stay readable, since the pinned product's line may be wrapped in one; in the order of the list, in which
        // products whose lines are documents themselves come before.
        return Catalogue.All.Where(integration => integration is EcsIntegration || ReferenceEquals(integration, only));
    }

    /// <summary>Name of the integration that took the last line; null before the first.</summary>
    public string? Integration => last?.Name;

    /// <summary>Reads one line, without its line end, and adds its events to <paramref name="events"/>.</summary>
    public Reading Read(ReadOnlySpan<byte> line, Receipt receipt, IList<FirewallEvent> events)
    {
        line = line.TrimEnd("\r\n\0"u8);
        if (line.StartsWith("\uFEFF"u8))
            line = line[3..];
        if (line.TrimStart(" \t"u8).IsEmpty)
            return new Reading(last?.Name, null);
        if (line.Length > LongestLine)
            return new Reading(
                null,
                $"the line is {line.Length} bytes long; the longest accepted is {LongestLine}: does the sender end its lines with LF?"
            );

        return ReadLine(line, receipt, events, MostEnvelopes);
    }

    private Reading ReadLine(ReadOnlySpan<byte> line, Receipt receipt, IList<FirewallEvent> events, int envelopes)
    {
        var log = SyslogHeader.Read(line, receipt);
        if (line.Length > LongestText && !Envelope.IsDocument(log.Message))
            log = SyslogHeader.Read(line[..LongestText], receipt);
        if (envelopes > 0 && !log.Message.IsEmpty)
        {
            var alone = Envelope.Alone(log.Message);
            if (alone.IsEmpty)
                return new Reading(last?.Name, null);
            if (alone.Length != log.Message.Length)
                log = log.With(alone);
            if (Envelope.MayBe(alone))
                return ReadEnvelope(log, alone.ToArray(), events, envelopes);
        }
        if (Repetition.TryRead(log.Message, out var times, out var text))
            return Repeat(log, times, text, events);

        var before = events.Count;
        var reading = Read(log, events, mayUnwrap: true);
        previous = events.Count == before + 1 ? events[before] : null;
        previousHost = log.HeaderHost;
        return reading;
    }

    /// <summary>The syslog daemon folded equal lines: the event counts as often as it says.</summary>
    private Reading Repeat(in LogLine line, long times, ReadOnlySpan<byte> text, IList<FirewallEvent> events)
    {
        if (text.IsEmpty)
        {
            if (previous is not null && previousHost == line.HeaderHost)
                events.Add(
                    previous with
                    {
                        Count = previous.Count * times,
                        Timestamp = line.HeaderTime ?? previous.Timestamp,
                    }
                );
            return new Reading(last?.Name, null);
        }

        var before = events.Count;
        var reading = Read(line.With(text), events, mayUnwrap: false);
        for (var i = before; i < events.Count; i++)
            events[i] = events[i] with { Count = events[i].Count * times };
        return reading;
    }

    // A batch of a carrier: every line in it counts for itself.
    private Reading ReadEnvelope(in LogLine log, byte[] text, IList<FirewallEvent> events, int envelopes)
    {
        int lines = 0,
            rejected = 0,
            before = events.Count;
        Reading reading = default;
        string? first = null;
        var receipt = log.Receipt;
        try
        {
            var isOne = Envelope.TryOpen(
                text,
                line =>
                {
                    if (rejected == MostRejected && events.Count == before)
                        return false;
                    lines++;
                    reading = ReadLine(line, receipt, events, envelopes - 1);
                    if (reading.Problem is { } problem)
                        (rejected, first) = (rejected + 1, first ?? $"record {lines}: {problem}");
                    return true;
                }
            );
            if (!isOne)
                return Read(log, events, mayUnwrap: true);
        }
        catch (System.Text.Json.JsonException broken)
        {
            if (lines == 0)
                return Read(log, events, mayUnwrap: true);
            (rejected, first) = (
                rejected + 1,
                $"broken JSON at byte {broken.BytePositionInLine}: is the batch complete?"
            );
        }
        return new Reading(
            reading.Integration ?? last?.Name,
            rejected > 1 ? $"{rejected} of {lines} records, the first: {first}" : first
        );
    }

    private Reading Read(in LogLine line, IList<FirewallEvent> events, bool mayUnwrap)
    {
        if (Taker(line) is not { } integration)
            return Unknown(line);

        last = integration;
        if (integration is EcsIntegration documents && mayUnwrap)
            return ReadDocument(documents, line, events);

        return new Reading(integration.Name, integration.Parse(line, events).Problem);
    }

    private IIntegration? Taker(in LogLine line)
    {
        // Nearly any document could be one in the schema: the products' own are asked first, each time.
        var sticky = last is EcsIntegration ? null : last;
        if (sticky is not null && sticky.Recognises(line))
            return sticky;
        foreach (var integration in integrations)
        {
            if (!ReferenceEquals(integration, sticky) && integration.Recognises(line))
                return integration;
        }
        return null;
    }

    // A document may only carry the raw line: then the line's own integration decides.
    private Reading ReadDocument(EcsIntegration documents, in LogLine line, IList<FirewallEvent> events)
    {
        var document = new EcsDocument();
        if (EcsIntegration.Read(line, ref document) is { } broken)
            return new Reading(documents.Name, broken);

        var verdict = EcsVerdict.Of(document);
        if (
            verdict.Verdict == Verdict.None
            && WrappedLine.In(JsonEvents.In(line), document) is { IsNone: false } wrapped
        )
        {
            var inner = wrapped.Open(line.Receipt);
            if (TakerOfWrapped(inner) is { } integration)
            {
                lastWrapped = integration;
                return new Reading(integration.Name, integration.Parse(inner, events).Problem);
            }
            if (!document.IsInSchema)
                return Unknown(inner);
        }
        return new Reading(documents.Name, EcsIntegration.Add(line, document, verdict, events).Problem);
    }

    private IIntegration? TakerOfWrapped(in LogLine inner)
    {
        if (lastWrapped is not null && lastWrapped.Recognises(inner))
            return lastWrapped;
        foreach (var integration in integrations)
        {
            if (
                integration is not EcsIntegration
                && !ReferenceEquals(integration, lastWrapped)
                && integration.Recognises(inner)
            )
                return integration;
        }
        return null;
    }

    private Reading Unknown(in LogLine line)
    {
        if (line.Raw.Contains((byte)0))
            return new Reading(null, "the line holds NUL bytes: it is binary or UTF-16; send UTF-8 text");
        if (only is not null)
            return new Reading(
                null,
                $"{(integrations[0] is EcsIntegration ? integrations[^1] : integrations[0]).Title} does not know this line, which starts with \"{Start(line)}\", and the source is pinned to it; unpin the source or correct what the device sends"
            );
        if (line.Program is { } program && OtherPrograms.Contains(program))
            return new Reading(last?.Name, null);
        // A firewall, or the host it runs on, logs much else: no reject, unless it could be a deny that we miss.
        if (last is not null && line.HeaderTime is not null && !DenyLook.CouldBeDeny(line.Message))
            return new Reading(last.Name, null);
        return new Reading(
            null,
            $"no integration recognises this line, which starts with \"{Start(line)}\"; see the list of integrations for the formats to send"
        );
    }

    private static string Start(in LogLine line)
    {
        var text = line.Message.IsEmpty ? line.Raw : line.Message;
        var characters = Encoding.UTF8.GetString(text[..Math.Min(48, text.Length)]).ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            if (char.IsControl(characters[i]) || characters[i] == '\uFFFD')
                characters[i] = '.';
        }
        return new string(characters);
    }
}
