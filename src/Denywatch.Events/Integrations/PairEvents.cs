using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations;

/// <summary>What integrations of <c>key=value</c> products share.</summary>
internal static class PairEvents
{
    /// <summary>Hands every pair that has a name of ours to the draft.</summary>
    public static void Read(KeyValues pairs, Names<EventField> names, ref EventDraft draft, Receipt receipt)
    {
        while (pairs.Next())
            draft.Take(names[pairs.Key], pairs.Value, receipt);
    }

    /// <summary>An end such as <c>192.0.2.1:80:X1</c>, which holds address and port.</summary>
    public static void TakeEnd(ref EventDraft draft, bool isSource, ReadOnlySpan<byte> end, Receipt receipt)
    {
        HostPort.Split(end, out var address, out var port);
        draft.Take(isSource ? EventField.Source : EventField.Destination, address, receipt);
        draft.Take(isSource ? EventField.SourcePort : EventField.DestinationPort, port, receipt);
    }
}
