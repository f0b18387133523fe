using Denywatch.Detection;

namespace Denywatch.Detection.Tests;

public sealed class SensitivityTests
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    [Theory]
    [InlineData(350.0, 3)]
    [InlineData(1.0, 75)]
    [InlineData(1e-3, 87.5)]
    [InlineData(1e-6, 100)]
    [InlineData(1e-20, 100)]
    [InlineData(1e6, 0)]
    public void The_score_says_how_often_quiet_traffic_would_show_this(double timesTheRate, double score)
    {
        var sensitivity = new Sensitivity(0.02);
        var probability = timesTheRate * 0.02 / 672;

        Assert.Equal(score, sensitivity.ScoreOf(Math.Log(probability), Quarter), 0.01);
    }

    [Fact]
    public void Series_share_the_rate_so_that_more_of_them_need_a_rarer_count()
    {
        var alone = new Sensitivity(0.02).ScoreOf(-12, Quarter);
        var shared = new Sensitivity(0.02, 100).ScoreOf(-12, Quarter);

        Assert.True(shared < alone);
        Assert.Equal(alone, new Sensitivity(2, 100).ScoreOf(-12, Quarter), 1e-9);
    }
}
