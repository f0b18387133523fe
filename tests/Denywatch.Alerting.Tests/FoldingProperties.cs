using FsCheck.Xunit;

namespace Denywatch.Alerting.Tests;

/// <summary>What holds for every two episodes.</summary>
public sealed class FoldingProperties
{
    [Property(MaxTest = 500)]
    public void Episodes_without_a_common_flow_never_fold(SomeFlows first, SomeFlows second)
    {
        var here = first.On("fw-1");
        var there = second.On("fw-2");

        Assert.False(Folding.BelongTogether(here, there));
        Assert.False(Folding.BelongTogether(there, here));
    }

    [Property(MaxTest = 500)]
    public void Who_is_asked_first_does_not_matter(SomeFlows first, SomeFlows second) =>
        Assert.Equal(
            Folding.BelongTogether(first.On("fw-1"), second.On("fw-1")),
            Folding.BelongTogether(second.On("fw-1"), first.On("fw-1"))
        );

    [Property(MaxTest = 500)]
    public void An_episode_folds_with_the_one_that_has_all_of_its_flows_and_any_others(SomeFlows part, SomeFlows others)
    {
        var whole = part.On("fw-1").Concat(others.On("fw-2")).ToList();

        Assert.Equal(part.On("fw-1").Count > 0, Folding.BelongTogether(part.On("fw-1"), whole));
    }

    [Property(MaxTest = 500)]
    public void How_a_flow_is_cut_into_rows_does_not_matter(SomeFlows first, SomeFlows second)
    {
        var cut = first
            .On("fw-1")
            .SelectMany(flow => Enumerable.Repeat(flow with { Count = 1 }, (int)flow.Count))
            .ToList();

        Assert.Equal(
            Folding.BelongTogether(first.On("fw-1"), second.On("fw-1")),
            Folding.BelongTogether(cut, second.On("fw-1"))
        );
    }

    /// <summary>Flows of few sources, destinations and ports, so that two lists often have some in common.</summary>
    /// <param name="Seeds">One for each flow.</param>
    public sealed record SomeFlows(byte[] Seeds)
    {
        public List<FlowRow> On(string firewall) =>
            [
                .. Seeds.Select(seed =>
                    Flows.Flow(
                        $"10.0.0.{seed % 3}",
                        $"10.1.0.{seed / 3 % 3}",
                        22 + (seed / 9 % 2),
                        1 + (seed / 18),
                        firewall: firewall
                    )
                ),
            ];
    }
}
